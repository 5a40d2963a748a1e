import CCurl
import Glibc

/// One request on its way through one libcurl handle, on the calling thread.
final class CurlTransfer {
    private let request: HTTPRequest
    private let cancellation: Cancellation
    private var answer: HTTPAnswerReader
    /// Where libcurl writes its error text, until its handle is gone.
    private let problem: UnsafeMutablePointer<CChar>

    init(_ request: HTTPRequest, _ cancellation: Cancellation) {
        self.request = request
        self.cancellation = cancellation
        answer = HTTPAnswerReader(limit: request.maxBody)
        problem = .allocate(capacity: Int(CCURL_ERROR_SIZE))
        problem.initialize(repeating: 0, count: Int(CCURL_ERROR_SIZE))
    }

    deinit { problem.deallocate() }

    func perform() -> Result<HTTPResponse, HTTPFailure> {
        do {
            return .success(try exchange())
        } catch {
            return .failure(error)
        }
    }

    private func exchange() throws(HTTPFailure) -> HTTPResponse {
        guard !cancellation.isCancelled else { throw .cancelled }
        var reason: UnsafePointer<CChar>?
        guard ccurl_load(&reason) else { throw .couldNotAsk(reason.map { String(cString: $0) } ?? "no libcurl") }
        let headers = try CurlHeaders(request)
        guard let easy = ccurl_new() else { throw .couldNotAsk("libcurl has no memory left") }
        defer { ccurl_free(easy) }
        if let path = request.saveTo { try answer.open(path) }
        defer { answer.close() }
        try CurlOptions(easy).apply(request, headers: headers)
        return try run(easy, headers: headers)
    }

    private func run(_ easy: UnsafeMutableRawPointer, headers: CurlHeaders) throws(HTTPFailure) -> HTTPResponse {
        let start = ContinuousClock.now
        let context = Unmanaged.passUnretained(self).toOpaque()
        let options = CurlOptions(easy)
        try options.set(CCURL_ERROR_BUFFER, pointer: problem)
        try options.set(CCURL_WRITE_DATA, pointer: context)
        try options.set(CCURL_HEADER_DATA, pointer: context)
        try options.set(CCURL_WRITE_FUNCTION, receive: receiveBody)
        try options.set(CCURL_HEADER_FUNCTION, receive: receiveHeader)
        var status = 0
        var systemError = 0
        let code = withExtendedLifetime((self, headers)) {
            ccurl_perform(easy, isCancelled, context, &status, &systemError)
        }
        if let failure = answer.failure { throw failure }
        let outcome = CurlOutcome(
            code: code, text: String(cString: problem), systemError: Int32(systemError), wasAnswered: status != 0)
        if let failure = outcome.failure { throw failure }
        return HTTPResponse(
            status: status, headers: answer.headers, body: answer.body, elapsed: start.duration(to: .now))
    }

    fileprivate func take(header bytes: UnsafeRawBufferPointer) {
        answer.take(headerLine: String(decoding: bytes, as: UTF8.self))
    }

    fileprivate func take(body bytes: UnsafeRawBufferPointer) -> Bool { answer.take(body: bytes) }

    fileprivate var shouldStop: Bool { cancellation.isCancelled }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

/// libcurl takes any other count than the given one as an order to end the transfer.
private let receiveBody: ccurl_receive = { bytes, size, count, context in
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context)?.take(body: piece) == true ? piece.count : piece.count + 1
}

private let receiveHeader: ccurl_receive = { bytes, size, count, context in
    transfer(context)?.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

private let isCancelled: @convention(c) (UnsafeMutableRawPointer?) -> Bool = { transfer($0)?.shouldStop ?? true }
