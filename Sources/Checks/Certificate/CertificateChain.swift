import CTLS
import Glibc
import RunHost
import RunbookModel

/// Certificates of a file or of a server, the server's own first.
final class CertificateChain {
    struct Certificate {
        let subject: String
        /// Seconds since 1970.
        let notBefore: Int64
        let notAfter: Int64
    }

    private let handle: OpaquePointer

    private init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { ctls_free_chain(handle) }

    /// The certificates in PEM or DER bytes; nil where there are none.
    ///
    /// Errors: `ArgumentProblem` where OpenSSL is missing.
    static func parse(_ bytes: [UInt8]) throws(ArgumentProblem) -> CertificateChain? {
        try load()
        return ctls_parse(bytes, bytes.count).map(CertificateChain.init)
    }

    var certificates: [Certificate] {
        (0..<ctls_count(handle)).map { index in
            var found = ctls_certificate()
            let isReadable = ctls_describe(handle, index, &found)
            let subject = withUnsafeBytes(of: found.subject) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // One whose times cannot be read is never valid.
            return Certificate(
                subject: subject, notBefore: isReadable ? found.not_before : .max,
                notAfter: isReadable ? found.not_after : .min)
        }
    }

    /// Whether the first certificate is for this host name or address.
    func isFor(_ name: String) -> Bool { ctls_is_for(handle, name) }

    private static func load() throws(ArgumentProblem) {
        var problem: UnsafePointer<CChar>?
        guard ctls_load(&problem) else { throw ArgumentProblem(problem.map { String(cString: $0) } ?? "no OpenSSL") }
    }

    enum Fetched {
        case chain(CertificateChain)
        /// The other side, or the way to it, said no.
        case answered(String)
        case neverAsked(String)
    }

    /// What a server shows in a TLS handshake. Blocks the thread.
    static func fetch(
        _ host: String, port: Int, serverName: String?, timeout: Duration, _ cancellation: Cancellation
    ) throws(ArgumentProblem) -> Fetched {
        try load()
        let deadline = ContinuousClock.now.advanced(by: timeout)
        switch TCPProbe(timeout: timeout, cancellation: cancellation).connect(host, port: port) {
        case .answered(let reason): return .answered(reason)
        case .neverAsked(let reason): return .neverAsked(reason)
        case .connected(let descriptor):
            defer { close(descriptor) }
            guard let handshake = ctls_start(descriptor, serverName) else { return .neverAsked("no memory") }
            defer { ctls_free(handshake) }
            if let failure = shake(handshake, descriptor, deadline, timeout, cancellation) { return failure }
            guard let chain = ctls_peer_chain(handshake) else { return .answered("it shows no certificate") }
            return .chain(CertificateChain(chain))
        }
    }

    /// Nil once the handshake is done.
    private static func shake(
        _ handshake: OpaquePointer, _ descriptor: Int32, _ deadline: ContinuousClock.Instant, _ timeout: Duration,
        _ cancellation: Cancellation
    ) -> Fetched? {
        while true {
            let progress = ctls_continue(handshake)
            if progress == CTLS_DONE { return nil }
            if progress == CTLS_FAILED {
                return .answered("no TLS: \(String(cString: ctls_problem(handshake)).lowercased())")
            }
            let events = Int16(progress == CTLS_WANTS_READ ? POLLIN : POLLOUT)
            var watched = pollfd(fd: descriptor, events: events, revents: 0)
            repeat {
                guard !cancellation.isCancelled else { return .neverAsked("interrupted") }
                let left = ContinuousClock.now.duration(to: deadline).inMilliseconds
                guard left > 0 else { return .answered("no answer within \(DurationText.render(timeout))") }
                watched.revents = 0
                poll(&watched, 1, Int32(min(left, 50)))
            } while watched.revents == 0
        }
    }
}
