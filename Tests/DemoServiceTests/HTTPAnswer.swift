import Glibc
import Testing

/// What the service answered to one request.
struct HTTPAnswer {
    /// Zero when no answer came in time.
    let status: Int
    let body: String

    func contains(_ text: String) -> Bool { body.contains(text) }

    /// Sends the request and reads until the service closes the connection, or for `patience` milliseconds.
    static func ask(_ request: String, port: UInt16, patience: Int = 10_000) throws -> HTTPAnswer {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: patience / 1000, tv_usec: patience % 1000 * 1000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0, "nothing listens on port \(port)")
        try #require(request.withCString { send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) } > 0)
        return parse(readAll(descriptor))
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    private static func parse(_ text: String) -> HTTPAnswer {
        let words = text.split(separator: " ", maxSplits: 2)
        let status = words.count > 1 ? Int(words[1]) ?? 0 : 0
        guard let end = text.firstRange(of: "\r\n\r\n") else { return HTTPAnswer(status: status, body: "") }
        return HTTPAnswer(status: status, body: String(text[end.upperBound...]))
    }
}
