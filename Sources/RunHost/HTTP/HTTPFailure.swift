/// Why a request got no answer; the texts are libcurl's or the system's.
package enum HTTPFailure: Error, Sendable, Equatable {
    case notResolved(String)
    /// Nothing was sent: no libcurl, no descriptors or memory left, or a request that cannot be made.
    case couldNotAsk(String)
    case refused(String)
    /// No route to the host or its network.
    case unreachable(String)
    /// The connection ended before the answer did.
    case reset(String)
    case timedOut
    case tls(String)
    case tooManyRedirects
    case bodyTooLarge(limit: Int)
    /// The answer arrived and could not be written to its file.
    case notSaved(String)
    case cancelled
    case other(String)

    /// True where the failure says something about the asked service, and not only about the side that asks.
    package var isAnAnswer: Bool {
        switch self {
        case .notResolved, .couldNotAsk, .notSaved, .cancelled: false
        case .refused, .unreachable, .reset, .timedOut, .tls, .tooManyRedirects, .bodyTooLarge, .other: true
        }
    }
}

extension HTTPFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notResolved(let text): "name not resolved: \(text)"
        case .couldNotAsk(let text): "could not ask: \(text)"
        case .refused(let text): "connection refused: \(text)"
        case .unreachable(let text): "host unreachable: \(text)"
        case .reset(let text): "connection ended early: \(text)"
        case .timedOut: "timed out"
        case .tls(let text): "TLS failed: \(text)"
        case .tooManyRedirects: "too many redirects"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .notSaved(let text): "the body could not be saved: \(text)"
        case .cancelled: "cancelled"
        case .other(let text): text
        }
    }
}
