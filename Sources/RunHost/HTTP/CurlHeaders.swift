import CCurl

/// The header lines of a request as libcurl's list, which must live as long as the transfer.
final class CurlHeaders {
    private(set) var list: UnsafeMutableRawPointer?

    init(_ request: HTTPRequest) throws(HTTPFailure) {
        let given = Set(request.headers.map { $0.name.lowercased() })
        // A line without a value takes away what libcurl would add: a form's type, and a wait for "100 Continue".
        for line in ["Content-Type:", "Expect:", "User-Agent: belay"] {
            let name = line.prefix { $0 != ":" }.lowercased()
            if !given.contains(name) { try append(line) }
        }
        for (name, value) in request.headers {
            let isOneLine = !(name + value).utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 }
            guard isOneLine, !name.isEmpty, !name.contains(":") else {
                // The value may be a secret: it is not named.
                throw .couldNotAsk("header '\(name.filter { !$0.isNewline })' is not one line of name and value")
            }
            try append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
    }

    deinit { ccurl_list_free(list) }

    private func append(_ line: String) throws(HTTPFailure) {
        guard let longer = ccurl_list_append(list, line) else { throw .couldNotAsk("no memory left") }
        list = longer
    }
}
