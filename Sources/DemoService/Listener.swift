import Glibc

/// A listening socket on the loopback address.
enum Listener {
    static func open(port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Files.failure("cannot open a socket for port", "\(port)") }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(descriptor, 128) == 0 else {
            let error = Files.failure("cannot listen on port", "\(port)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// A port that nothing listens on, below the range that the kernel takes for outgoing connections.
    /// The search starts at the process id, so that homes made at the same time get different ports.
    static func freePort() throws -> UInt16 {
        for offset in 0..<12_000 {
            let port = UInt16(20_000 + (Int(getpid()) + offset) % 12_000)
            if let descriptor = try? open(port: port) {
                close(descriptor)
                return port
            }
        }
        throw DemoError("there is no free port between 20000 and 31999")
    }
}
