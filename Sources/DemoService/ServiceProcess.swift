import Glibc

/// One process that serves, from its start to the signal that ends it.
struct ServiceProcess {
    let home: Home

    /// Serves until SIGTERM or SIGINT; `ready` is called once the socket listens and the pid file is written.
    func run(log: Log, ready: () -> Void) throws {
        // Blocked before the server's threads exist, so that only sigwait gets them.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, SIG_DFL)
            sigaddset(&signals, number)
        }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)

        let instance = InstanceLock(home: home)
        try instance.acquire()
        let service = try Service(home: home, log: log)
        let socket = try Listener.open(port: service.port)
        // A release that hangs leaves its connections in the kernel's queue.
        let server =
            service.release.behaviour == .hang
            ? nil : try HTTPServer(socket: socket) { service.answer(method: $0, path: $1, body: $2) }
        try instance.writePidFile()
        defer { instance.removePidFile(of: getpid()) }
        log(.info, "release \(service.release.version) listens on port \(service.port)")
        ready()
        wait(for: signals, service: service)
        server?.stop()
        log(.info, "stopped")
    }

    private func wait(for signals: sigset_t, service: Service) {
        var signals = signals
        while true {
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { continue }
            guard number == SIGHUP else { return }
            service.reload()
        }
    }
}
