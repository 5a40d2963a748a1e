import CCurl

/// Sets the options of a libcurl handle; one that libcurl does not take is a failure to ask.
struct CurlOptions {
    private let easy: UnsafeMutableRawPointer

    init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

    func apply(_ request: HTTPRequest, headers: CurlHeaders) throws(HTTPFailure) {
        try set(CCURL_URL, text: request.url)
        try set(CCURL_HEADERS, pointer: headers.list)
        // Signals are the driver's; libcurl must not use SIGALRM for its timeouts.
        try set(CCURL_NO_SIGNAL, number: 1)
        let milliseconds = request.timeout / .milliseconds(1)
        try set(CCURL_TIMEOUT_MS, number: Int(min(max(milliseconds.rounded(.up), 1), 2e9)))
        try set(CCURL_PROTOCOLS, number: Int(CCURL_HTTP | CCURL_HTTPS))
        try set(CCURL_REDIRECT_PROTOCOLS, number: Int(CCURL_HTTP | CCURL_HTTPS))
        try set(CCURL_FOLLOW_LOCATION, number: request.followRedirects ? 1 : 0)
        try set(CCURL_MAX_REDIRECTS, number: 10)
        try set(CCURL_VERIFY_PEER, number: request.insecure ? 0 : 1)
        try set(CCURL_VERIFY_HOST, number: request.insecure ? 0 : 2)
        if let caFile = request.caFile { try set(CCURL_CA_FILE, text: caFile) }
        try setMethod(request)
        // A name that takes long to resolve must not hold up a timeout or a cancellation; libcurl before 7.87 lacks it.
        _ = ccurl_set_number(easy, Int32(CCURL_QUICK_EXIT), 1)
    }

    func set(_ option: Int, number: Int) throws(HTTPFailure) {
        try require(ccurl_set_number(easy, Int32(option), number))
    }

    func set(_ option: Int, pointer: UnsafeRawPointer?) throws(HTTPFailure) {
        try require(ccurl_set_pointer(easy, Int32(option), pointer))
    }

    func set(_ option: Int, receive: @escaping ccurl_receive) throws(HTTPFailure) {
        try require(ccurl_set_receive(easy, Int32(option), receive))
    }

    /// libcurl copies the text.
    private func set(_ option: Int, text: String) throws(HTTPFailure) {
        guard !text.utf8.contains(0) else { throw .couldNotAsk("the request holds a NUL character") }
        try require(text.withCString { ccurl_set_pointer(easy, Int32(option), $0) })
    }

    private func setMethod(_ request: HTTPRequest) throws(HTTPFailure) {
        let method = request.method.uppercased()
        // Servers want the length of an empty body, too.
        let body = request.body ?? (["POST", "PUT", "PATCH"].contains(method) ? [] : nil)
        if let body {
            try set(CCURL_POST, number: 1)
            try require(ccurl_set_size(easy, Int32(CCURL_BODY_SIZE), Int64(body.count)))
            // One byte more than is sent, so that the pointer of an empty body is not null.
            let code = (body + [0]).withUnsafeBytes {
                ccurl_set_pointer(easy, Int32(CCURL_COPY_BODY), $0.baseAddress)
            }
            try require(code)
        }
        switch method {
        case "HEAD": try set(CCURL_NO_BODY, number: 1)
        case "GET" where body == nil: break
        // Left to libcurl, so that a redirect with 303 turns it into a GET.
        case "POST": break
        default: try set(CCURL_METHOD, text: method)
        }
    }

    private func require(_ code: Int32) throws(HTTPFailure) {
        guard code == CCURL_OK else { throw .couldNotAsk("libcurl refuses an option (code \(code))") }
    }
}
