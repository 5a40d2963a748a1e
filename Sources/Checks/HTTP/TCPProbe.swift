import Glibc
import RunHost
import RunbookModel

/// One attempt to connect to a host by all its addresses.
struct TCPProbe {
    let timeout: Duration
    let cancellation: Cancellation

    enum Outcome {
        /// A socket that does not block; the caller closes it.
        case connected(Int32)
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
            case (.connected(let descriptor), _): return .connected(descriptor)
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
        let outcome = connect(descriptor, address, deadline)
        if case .connected = outcome { return outcome }
        close(descriptor)
        return outcome
    }

    private func connect(
        _ descriptor: Int32, _ address: addrinfo, _ deadline: ContinuousClock.Instant
    ) -> Outcome {
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return .connected(descriptor) }
        guard errno == EINPROGRESS else { return failure(errno) }
        while true {
            guard !cancellation.isCancelled else { return .neverAsked("interrupted") }
            let left = ContinuousClock.now.duration(to: deadline).inMilliseconds
            guard left > 0 else { return .answered("no answer within \(DurationText.render(timeout))") }
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&watched, 1, Int32(min(left, 50))) > 0 else { continue }
            let error = Self.error(of: descriptor)
            return error == 0 ? .connected(descriptor) : failure(error)
        }
    }

    private static func error(of descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    private func failure(_ error: Int32) -> Outcome {
        switch error {
        case EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EACCES, EPERM, ENOMEM, ENOBUFS:
            .neverAsked("could not connect: \(SystemError.text(of: error))")
        default: .answered(SystemError.text(of: error).lowercased())
        }
    }
}
