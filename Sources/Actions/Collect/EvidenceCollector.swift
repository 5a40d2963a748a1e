import Checks
import Expressions
import Glibc
import RunHost
import RunbookModel

/// Collects one item into a directory of its own, bounded in time and size, without secrets.
struct EvidenceCollector {
    /// Of one item, where the step has no timeout that is shorter.
    static let timeout = Duration.seconds(60)
    /// Bytes of each output, answer or file; of larger files the end is kept, which has the news of a log.
    static let limit = 16 << 20
    /// Files of a directory that is copied, and their bytes together.
    static let mostFiles = 10_000
    static let mostBytes = 256 << 20

    private let name: String
    private let context: ActionContext
    private let timeout: Duration
    private let began = ContinuousClock.now

    init(name: String, _ context: ActionContext) {
        self.name = name
        self.context = context
        timeout = min(context.timeout ?? Self.timeout, Self.timeout)
    }

    func collect(_ item: ArgumentReader) -> EvidenceItem {
        let kind = ["run", "command", "copy", "http"].first(where: item.has) ?? ""
        let source = kind == "http" ? item.record("http")?.shown("url") : item.shown(kind)
        let line = (source ?? "").split(separator: "\n").first.map(String.init) ?? ""
        var result = EvidenceItem(
            name: name, kind: kind, source: context.mask(line), started: context.checks.clock.wall())
        do {
            switch kind {
            case "run", "command": try process(kind, item, &result)
            case "copy": try copy(try context.checks.path(try item.required("copy")), &result)
            case "http": try http(item, &result)
            default: throw ArgumentProblem("expected one of run, command, copy and http")
            }
        } catch {
            result.problem = context.mask(Problem.text(error))
        }
        result.elapsed = ContinuousClock.now - began
        return result
    }

    // MARK: - Kinds

    private func process(_ kind: String, _ item: ArgumentReader, _ result: inout EvidenceItem) throws {
        guard let argument = item.record(kind) else { throw ArgumentProblem("there is nothing to run") }
        var checks = context.checks
        checks.process.outputLimit = Self.limit
        let end = try ProcessRunner(checks, timeout: timeout).run(kind, argument)
        if case .exited(let code) = end.end { result.exit = code }
        // What a program said before it failed is evidence, too.
        for (file, bytes) in [("stdout", end.stdout), ("stderr", end.stderr)] where !bytes.isEmpty || file == "stdout" {
            try keep(bytes, as: file, isCut: bytes.count >= Self.limit, &result)
        }
        if end.end != .exited(0) { result.problem = context.mask(end.detail) }
    }

    private func http(_ item: ArgumentReader, _ result: inout EvidenceItem) throws {
        guard let argument = item.record("http") else { throw ArgumentProblem("there is no request") }
        var exchange = try HTTPExchange(argument, context.checks, timeout: timeout)
        exchange.request.maxBody = Self.limit
        switch context.checks.http.send(exchange.request, context.checks.cancellation) {
        case .failure(let failure): throw ArgumentProblem("\(exchange.request): \(failure)")
        case .success(let response):
            result.status = response.status
            try keep(response.body, as: "body", &result)
            let headers = response.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
            try keep(Array(headers.utf8), as: "headers", &result)
            if let objection = exchange.objection(to: response) { result.problem = context.mask(objection) }
        }
    }

    /// A file, or all regular files of a directory; links inside it are left out.
    private func copy(_ path: String, _ result: inout EvidenceItem) throws {
        guard let resolved = realpath(path, nil) else { throw SystemError.last("copy \(path)") }
        defer { free(resolved) }
        let real = String(cString: resolved)
        let last = path.split(separator: "/").last.map(String.init) ?? "root"
        guard try HostFiles.status(of: real).isDirectory else { return try copyFile(real, as: last, &result) }
        guard context.evidence != real, !context.evidence.hasPrefix(real == "/" ? real : real + "/") else {
            throw ArgumentProblem("\(path) holds the evidence itself; name a part of it")
        }
        try copyTree(real, as: last, &result)
    }

    private func copyTree(_ root: String, as base: String, _ result: inout EvidenceItem) throws {
        var pending = [""]
        var problems: [String] = []
        var bytes = 0
        while let directory = pending.popLast() {
            for name in HostFiles.names(in: "\(root)\(directory)").sorted() {
                let below = "\(directory)/\(name)"
                var status = stat()
                guard lstat(root + below, &status) == 0 else { continue }
                if status.isDirectory { pending.append(below) }
                guard status.kind == S_IFREG else { continue }
                guard result.files.count < Self.mostFiles, bytes < Self.mostBytes else {
                    throw ArgumentProblem("there is more than is collected: the rest was left out")
                }
                do { try copyFile(root + below, as: base + below, &result) } catch {
                    problems.append("\(below.dropFirst()): \(Problem.text(error))")
                }
                bytes += result.files.last?.size ?? 0
            }
        }
        if !problems.isEmpty { throw ArgumentProblem(problems.prefix(3).joined(separator: "; ")) }
    }

    private func copyFile(_ path: String, as name: String, _ result: inout EvidenceItem) throws {
        let content = FileContent(
            path: path, timeout: timeout, cancellation: context.checks.cancellation,
            forbidden: context.checks.forbiddenDatabases)
        let (bytes, size) = try content.tail(limit: Self.limit)
        try keep(bytes, as: name, isCut: size > bytes.count, originalSize: size, &result)
    }

    // MARK: - Keeping

    private func keep(
        _ bytes: [UInt8], as file: String, isCut: Bool = false, originalSize: Int? = nil,
        _ result: inout EvidenceItem
    ) throws {
        let path = "\(context.evidence)/\(name)/\(file)"
        let clean = masked(bytes)
        try HostFiles.makeDirectories(HostFiles.parent(of: path))
        try HostFiles.writeAtomically(clean, to: path)
        result.files.append(
            EvidenceItem.File(
                path: "\(name)/\(file)", size: clean.count, sha256: ContentDigest.sha256(clean), isCut: isCut,
                originalSize: isCut ? originalSize : nil))
    }

    /// Bytes that are no text stay as they are, unless there is a secret in them.
    private func masked(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        let clean = context.mask(text)
        return clean == text ? bytes : Array(clean.utf8)
    }
}
