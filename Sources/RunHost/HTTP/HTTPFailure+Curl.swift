import CCurl
import Glibc

extension HTTPFailure {
    /// The failure behind a result code of libcurl, or nil for success; `message` is its error text.
    init?(curl code: Int32, message: String, systemError: Int32) {
        let text = message.isEmpty ? "libcurl error \(code)" : message
        switch Int(code) {
        case Int(CCURL_OK): return nil
        case Int(CCURL_PROXY_NOT_RESOLVED), Int(CCURL_HOST_NOT_RESOLVED): self = .notResolved(text)
        case Int(CCURL_CANNOT_CONNECT): self = Self.connecting(text, systemError)
        case Int(CCURL_TIMED_OUT): self = .timedOut
        case Int(CCURL_ABORTED): self = .cancelled
        case Int(CCURL_TOO_MANY_REDIRECTS): self = .tooManyRedirects
        default:
            if Self.neverAsked.contains(code) {
                self = .couldNotAsk(text)
            } else if Self.endedEarly.contains(code) {
                self = .reset(text)
            } else if Self.tlsCodes.contains(code) {
                self = .tls(text)
            } else {
                self = .other(text)
            }
        }
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

    private static func connecting(_ text: String, _ systemError: Int32) -> HTTPFailure {
        switch systemError {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EACCES, EPERM:
            .couldNotAsk(String(cString: strerror(systemError)))
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable(text)
        default: .refused(text)
        }
    }
}
