import Glibc

/// Starting, stopping and asking about an instance.
enum ControlCommands {
    static func serve(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "serve", values: ["home"], flags: ["foreground"])
        let home = try Home(try options.required("home"))
        let process = ServiceProcess(home: home)
        let log = try Log(path: home.log, level: .info)
        if options.has("foreground") {
            do {
                try process.run(log: log) {}
            } catch {
                log(.error, text(of: error))
                throw error
            }
        } else {
            try Daemon.start(log: log) { ready in try process.run(log: log, ready: ready) }
        }
    }

    /// Ends the instance; that none runs is what was asked for, too.
    static func stop(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "stop", values: ["home", "grace"])
        let home = try Home(try options.required("home"))
        let grace = try options.duration("grace", default: 5000)
        let instance = InstanceLock(home: home)
        guard let pid = try instance.holder() else { return DemoCommand.report("not running\n") }
        kill(pid, SIGTERM)
        if try waitForEnd(of: pid, instance, milliseconds: grace) { return DemoCommand.report("stopped pid \(pid)\n") }
        kill(pid, SIGKILL)
        guard try waitForEnd(of: pid, instance, milliseconds: 5000) else { throw DemoError("pid \(pid) does not end") }
        instance.removePidFile(of: pid)
        DemoCommand.report("killed pid \(pid) after \(grace) ms\n")
    }

    static func status(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "status", values: ["home"])
        let home = try Home(try options.required("home"))
        let release = (try? Release(directory: home.current).version.description) ?? "unknown"
        let configuration = (try? Configuration(path: home.configuration).version.description) ?? "unknown"
        let schema = (try? ItemStore(path: home.database).schemaVersion()) ?? "unknown"
        let versions = "release \(release), configuration \(configuration), schema \(schema)"
        guard let pid = try InstanceLock(home: home).holder() else {
            throw DemoError("not running: \(versions)", code: .notRunning)
        }
        DemoCommand.report("running: pid \(pid), \(versions)\n")
    }

    static func reload(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "reload", values: ["home"])
        let home = try Home(try options.required("home"))
        guard let pid = try InstanceLock(home: home).holder(), kill(pid, SIGHUP) == 0 else {
            throw DemoError("not running", code: .notRunning)
        }
    }

    /// The kernel drops the lock when the process ends, whatever ended it.
    private static func waitForEnd(of pid: pid_t, _ instance: InstanceLock, milliseconds: Int) throws -> Bool {
        let deadline = monotonicMilliseconds() + milliseconds
        while try instance.holder() == pid {
            guard monotonicMilliseconds() < deadline else { return false }
            poll(nil, 0, 10)
        }
        return true
    }
}
