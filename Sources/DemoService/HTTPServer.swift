import CMicroHTTPD
import Glibc

struct HTTPResponse {
    let status: Int
    let body: String
}

/// An HTTP server on a socket that listens already; requests are answered on its own threads.
final class HTTPServer {
    typealias Handler = @Sendable (_ method: String, _ path: String, _ body: [UInt8]) -> HTTPResponse

    private let daemon: OpaquePointer
    private let context: Unmanaged<Context>

    init(socket: Int32, handler: @escaping Handler) throws {
        let context = Unmanaged.passRetained(Context(handler: handler))
        let options: [CVarArg] = [
            MHD_OPTION.LISTEN_SOCKET.rawValue, socket,
            MHD_OPTION.THREAD_POOL_SIZE.rawValue, CUnsignedInt(2),
            MHD_OPTION.CONNECTION_TIMEOUT.rawValue, CUnsignedInt(30),
            MHD_OPTION.NOTIFY_COMPLETED.rawValue, unsafeBitCast(requestCompleted, to: OpaquePointer.self),
            OpaquePointer(context.toOpaque()),
            MHD_OPTION.END.rawValue,
        ]
        let flags = MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_USE_AUTO.rawValue
        let started = withVaList(options) {
            MHD_start_daemon_va(flags, 0, nil, nil, answerRequest, context.toOpaque(), $0)
        }
        guard let started else {
            context.release()
            throw Files.failure("cannot start the HTTP server on socket", "\(socket)")
        }
        daemon = started
        self.context = context
    }

    /// Ends all connections and the threads, and closes the socket.
    func stop() {
        MHD_stop_daemon(daemon)
        context.release()
    }

    fileprivate final class Context {
        let handler: Handler
        init(handler: @escaping Handler) { self.handler = handler }
    }
}

/// The body of a request as it arrives.
private final class Upload {
    static let limit = 65_536
    var body: [UInt8] = []
    var isTooLarge = false
}

/// Called by libmicrohttpd once for the headers, once for each piece of the body, and once at its end.
private let answerRequest: MHD_AccessHandlerCallback = {
    context, connection, url, method, _, data, size, slot in
    guard let context, let url, let method, let size, let slot else { return .NO }
    guard let upload = slot.pointee else {
        slot.pointee = Unmanaged.passRetained(Upload()).toOpaque()
        return .YES
    }
    let request = Unmanaged<Upload>.fromOpaque(upload).takeUnretainedValue()
    if size.pointee > 0, let data {
        request.isTooLarge = request.isTooLarge || request.body.count + size.pointee > Upload.limit
        if !request.isTooLarge {
            request.body += UnsafeRawBufferPointer(start: data, count: size.pointee)
        }
        size.pointee = 0
        return .YES
    }
    let handler = Unmanaged<HTTPServer.Context>.fromOpaque(context).takeUnretainedValue().handler
    let response =
        request.isTooLarge
        ? HTTPResponse(status: 413, body: #"{"error":"the body is too large"}"#)
        : handler(String(cString: method), String(cString: url), request.body)
    return send(response, on: connection)
}

private typealias CompletedCallback =
    @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        MHD_RequestTerminationCode
    ) -> Void

private let requestCompleted: CompletedCallback = { _, _, slot, _ in
    guard let slot, let upload = slot.pointee else { return }
    Unmanaged<Upload>.fromOpaque(upload).release()
    slot.pointee = nil
}

private func send(_ response: HTTPResponse, on connection: OpaquePointer?) -> MHD_Result {
    var bytes = Array((response.body + "\n").utf8)
    guard let answer = MHD_create_response_from_buffer(bytes.count, &bytes, .RESPMEM_MUST_COPY) else {
        return .NO
    }
    defer { MHD_destroy_response(answer) }
    MHD_add_response_header(answer, "Content-Type", "application/json")
    return MHD_queue_response(connection, CUnsignedInt(response.status), answer)
}
