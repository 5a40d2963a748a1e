/// One request over HTTP or HTTPS. Its description leaves out headers and body, which may hold secrets.
package struct HTTPRequest: Sendable, CustomStringConvertible {
    package var method: String
    package var url: String
    /// Sent in this order; a value may be empty.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]?
    /// For the whole exchange: resolving, connecting, redirects and the body.
    package var timeout: Duration
    /// Accepts any certificate.
    package var insecure: Bool
    /// A file with the authorities to trust instead of the system's.
    package var caFile: String?
    /// Follows up to ten redirects, to http and https only.
    package var followRedirects: Bool
    /// The file that takes the body of the answer, whatever its status; created with mode 0600 or emptied. The caller syncs it.
    package var saveTo: String?
    /// Bytes of the answer's body; nil is without bound, which only `saveTo` should use.
    package var maxBody: Int?

    package init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30), insecure: Bool = false, caFile: String? = nil,
        followRedirects: Bool = false, saveTo: String? = nil, maxBody: Int? = 4 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.insecure = insecure
        self.caFile = caFile
        self.followRedirects = followRedirects
        self.saveTo = saveTo
        self.maxBody = maxBody
    }

    package var description: String { "\(method) \(url)" }
}
