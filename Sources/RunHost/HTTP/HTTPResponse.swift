/// What a server answered.
package struct HTTPResponse: Sendable {
    package var status: Int
    /// By name in lower case; values of a repeated header are joined with a comma and a space (RFC 9110, section 5.3).
    package var headers: [String: String]
    /// Empty where the request saved it to a file.
    package var body: [UInt8]
    /// From the start of the request to the end of the body.
    package var elapsed: Duration

    package init(status: Int, headers: [String: String] = [:], body: [UInt8] = [], elapsed: Duration = .zero) {
        self.status = status
        self.headers = headers
        self.body = body
        self.elapsed = elapsed
    }
}
