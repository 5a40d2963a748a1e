import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// Sends a request; with `save_to`, the body goes to a file, which is whole and synced or not there.
struct HTTPAction: ActionPerformer {
    let kind = "http"

    private static let standardTimeout = Duration.seconds(60)
    /// Bytes of a saved body that expressions see.
    private static let visibleBody = 1 << 20

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        do {
            return try send(ArgumentReader(argument, context.checks), context)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    private func send(_ argument: ArgumentReader, _ context: ActionContext) throws -> ActionResult {
        let timeout = context.timeout ?? Self.standardTimeout
        var exchange = try HTTPExchange(argument, context.checks, timeout: timeout)
        let target = try argument.text("save_to").map { try Download($0, under: context.stepDirectory) }
        if let target {
            try target.prepare()
            exchange.request.saveTo = target.temporary
            exchange.request.maxBody = nil
            exchange.request.followRedirects = ["GET", "HEAD"].contains(exchange.request.method)
        }
        // Nothing is there any more once the download has been moved to its place.
        defer { target?.discard() }
        switch context.checks.http.send(exchange.request, context.checks.cancellation) {
        case .failure(.cancelled): return ActionResult(.interrupted)
        case .failure(.timedOut):
            return .failed("\(exchange.request): no answer within \(DurationText.render(timeout))", .timeout)
        case .failure(let failure): return .failed("\(exchange.request): \(failure)")
        case .success(var response):
            if let target { response.body = HostFiles.head(of: target.temporary, limit: Self.visibleBody) }
            let bindings = ResultBindings.http(response)
            if let objection = exchange.objection(to: response) {
                return ActionResult(
                    .failed(reason: "\(exchange.request): \(objection)", cause: .expectation), bindings: bindings)
            }
            try target?.keep()
            return ActionResult(.done, bindings: bindings)
        }
    }
}

/// The body of an answer on its way to a file.
private struct Download {
    let path: String
    var temporary: String { path + ".part" }

    init(_ text: String, under directory: String) throws {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw ArgumentProblem("'save_to' is not a path") }
        path = text.hasPrefix("/") ? text : directory + "/" + text
    }

    func prepare() throws {
        try HostFiles.makeDirectories(HostFiles.parent(of: path))
        // What an earlier attempt left may belong to somebody else by now, or be a link.
        discard()
    }

    func keep() throws {
        try HostFiles.syncFile(temporary)
        guard rename(temporary, path) == 0 else { throw SystemError.last("rename to \(path)") }
        try HostFiles.syncDirectory(HostFiles.parent(of: path))
    }

    func discard() { unlink(temporary) }
}
