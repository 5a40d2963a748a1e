import CCurl
import Glibc

/// How a transfer ended, in libcurl's terms.
struct CurlOutcome {
    let code: Int32
    /// libcurl's error text, or nothing.
    let text: String
    /// errno of the socket or the connection, or 0.
    let systemError: Int32
    /// Whether a server answered at all, if only with a redirect.
    let wasAnswered: Bool

    /// The failure that it means; nil for success.
    var failure: HTTPFailure? {
        let text = text.isEmpty ? "libcurl error \(code)" : text
        switch Int(code) {
        case Int(CCURL_OK): return nil
        case Int(CCURL_PROXY_NOT_RESOLVED), Int(CCURL_HOST_NOT_RESOLVED): return .notResolved(text)
        case Int(CCURL_CANNOT_CONNECT): return connecting(text)
        case Int(CCURL_TIMED_OUT): return .timedOut
        case Int(CCURL_ABORTED): return .cancelled
        case Int(CCURL_TOO_MANY_REDIRECTS): return .tooManyRedirects
        case Int(CCURL_UNSUPPORTED_PROTOCOL) where wasAnswered: return .other(text)
        default: break
        }
        if Self.neverAsked.contains(code) { return .couldNotAsk(text) }
        if Self.endedEarly.contains(code) { return .reset(text) }
        return Self.tlsCodes.contains(code) ? .tls(text) : .other(text)
    }

    private static let neverAsked = [
        CCURL_UNSUPPORTED_PROTOCOL, CCURL_FAILED_INIT, CCURL_BAD_URL, CCURL_OUT_OF_MEMORY, CCURL_BAD_CA_FILE,
    ].map { Int32($0) }

    private static let endedEarly = [
        CCURL_PARTIAL, CCURL_NOTHING_RECEIVED, CCURL_SEND_FAILED, CCURL_RECEIVE_FAILED,
    ].map { Int32($0) }

    private static let tlsCodes = [
        CCURL_TLS_CONNECT, CCURL_CLIENT_CERTIFICATE, CCURL_TLS_CIPHER, CCURL_PEER_NOT_VERIFIED, CCURL_TLS_ISSUER,
        CCURL_TLS_PIN, CCURL_TLS_STATUS,
    ].map { Int32($0) }

    private func connecting(_ text: String) -> HTTPFailure {
        switch systemError {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EACCES, EPERM:
            .couldNotAsk(String(cString: strerror(systemError)))
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable(text)
        default: .refused(text)
        }
    }
}
