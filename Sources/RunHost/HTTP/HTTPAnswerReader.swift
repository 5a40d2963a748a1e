import Glibc

/// Collects an answer as it arrives: header lines, and the body in memory or in a file.
struct HTTPAnswerReader {
    private(set) var headers: [String: String] = [:]
    private(set) var body: [UInt8] = []
    /// Why the rest of the body was not taken.
    private(set) var failure: HTTPFailure?
    private let limit: Int?
    private var length = 0
    private var file: Int32?

    init(limit: Int?) { self.limit = limit }

    mutating func open(_ path: String) throws(HTTPFailure) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.notSaved(path) }
        file = descriptor
    }

    mutating func close() {
        if let file { Glibc.close(file) }
        file = nil
    }

    mutating func take(headerLine line: String) {
        // A status line starts an answer: after a redirect or "100 Continue" there is another.
        guard !line.hasPrefix("HTTP/") else {
            headers = [:]
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let name = line[..<colon].lowercased()
        let value = String(line[line.index(after: colon)...].drop(while: \.isWhitespace).trimmedEnd)
        headers[name] = headers[name].map { "\($0), \(value)" } ?? value
    }

    /// False when the transfer is to end, with `failure` set.
    mutating func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        length += bytes.count
        if let limit, length > limit {
            failure = .bodyTooLarge(limit: limit)
            return false
        }
        guard let file else {
            body.append(contentsOf: bytes)
            return true
        }
        return write(bytes, to: file)
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                failure = .notSaved(String(cString: strerror(errno)))
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func notSaved(_ path: String) -> HTTPFailure {
        .notSaved("\(path): \(String(cString: strerror(errno)))")
    }
}

extension Substring {
    fileprivate var trimmedEnd: Substring {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
