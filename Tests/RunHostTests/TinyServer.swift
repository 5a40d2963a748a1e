import Glibc
import Synchronization
import Testing

/// An HTTP server that answers each connection with what a closure returns for its request.
final class TinyServer: Sendable {
    enum Answer: Sendable {
        case text(String)
        /// Keeps the connection open without a word.
        case silence
        /// Drops the connection so that the client sees a reset.
        case reset
    }

    let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (String) -> Answer
    private let open = Mutex<[Int32]>([])
    private let requests = Mutex<[String]>([])

    init(answer: @escaping @Sendable (String) -> Answer) throws {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(listener >= 0 && listen(listener, 16) == 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        try #require(named == 0)
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let started = pthread_create(&thread, nil, serve, context)
        try #require(started == 0)
        pthread_detach(thread)
    }

    /// What was asked so far.
    var asked: [String] { requests.withLock { $0 } }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Ends the thread, and with it the server.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        open.withLock { descriptors in
            for descriptor in descriptors { close(descriptor) }
            descriptors = []
        }
    }

    fileprivate func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            let request = Self.readRequest(connection)
            requests.withLock { $0.append(request) }
            switch answer(request) {
            case .silence:
                open.withLock { $0.append(connection) }
                continue
            case .text(let text):
                _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            }
            close(connection)
        }
        close(listener)
    }

    /// The head, and a body as long as Content-Length says.
    private static func readRequest(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let line = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                let expected = line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
                if text[end.upperBound...].utf8.count >= expected { return text }
            }
            let count = read(connection, &chunk, chunk.count)
            guard count > 0 else { return text }
            bytes += chunk[..<count]
            // The greeting of TLS has no end that is known here.
            if bytes[0] == 0x16 { return "TLS" }
        }
    }
}

private let serve: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context else { return nil }
    Unmanaged<TinyServer>.fromOpaque(context).takeRetainedValue().acceptAll()
    return nil
}
