import Glibc
import RunHost
import RunbookModel

/// A TCP port accepts connections.
struct TCPCheck: CheckPerformer {
    let kind = "tcp"

    func title(_ argument: ArgumentReader) -> String {
        "tcp \(argument.shown("host") ?? "localhost"):\(argument.shown("port") ?? "")"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let host = try look.argument.text("host") ?? "localhost"
        guard let port = try look.argument.int("port") else { throw ArgumentProblem("'port' is missing") }
        let timeout = min(look.timeout, try look.argument.duration("within") ?? look.timeout)
        switch TCPProbe(timeout: timeout, cancellation: look.context.cancellation).connect(host, port: Int(port)) {
        case .connected: return CheckFinding(.met, "accepts connections")
        case .answered(let text): return CheckFinding(.notMet, text)
        case .neverAsked(let text): return CheckFinding(.inconclusive, text)
        }
    }
}

/// One attempt to connect to a host by all its addresses.
private struct TCPProbe {
    let timeout: Duration
    let cancellation: Cancellation

    enum Outcome {
        case connected
        /// The other side, or the way to it, said no.
        case answered(String)
        case neverAsked(String)
    }

    func connect(_ host: String, port: Int) -> Outcome {
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, String(port), &hints, &found)
        guard error == 0 else { return .neverAsked("name not resolved: \(String(cString: gai_strerror(error)))") }
        defer { freeaddrinfo(found) }
        var last = Outcome.neverAsked("'\(host)' has no address")
        var next = found
        while let address = next {
            switch (connect(address.pointee, deadline), last) {
            case (.connected, _): return .connected
            // One address that answered says more than another that could not be asked.
            case (.neverAsked, .answered): break
            case (let outcome, _): last = outcome
            }
            next = address.pointee.ai_next
        }
        return last
    }

    private func connect(_ address: addrinfo, _ deadline: ContinuousClock.Instant) -> Outcome {
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, address.ai_socktype | flags, address.ai_protocol)
        guard descriptor >= 0 else { return .neverAsked("no socket: \(SystemError.text(of: errno))") }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return .connected }
        guard errno == EINPROGRESS else { return outcome(errno) }
        while true {
            guard !cancellation.isCancelled else { return .neverAsked("interrupted") }
            let left = ContinuousClock.now.duration(to: deadline).inMilliseconds
            guard left > 0 else { return .answered("no answer within \(DurationText.render(timeout))") }
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&watched, 1, Int32(min(left, 50))) > 0 { return outcome(Self.error(of: descriptor)) }
        }
    }

    private static func error(of descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    private func outcome(_ error: Int32) -> Outcome {
        switch error {
        case 0: .connected
        case EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EACCES, EPERM, ENOMEM, ENOBUFS:
            .neverAsked("could not connect: \(SystemError.text(of: error))")
        default: .answered(SystemError.text(of: error).lowercased())
        }
    }
}
