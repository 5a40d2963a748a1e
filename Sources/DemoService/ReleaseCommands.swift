import Glibc

/// Making homes and releases, and keeping and migrating their data.
enum ReleaseCommands {
    static func initialise(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "init", values: ["home", "version", "port", "binary"])
        let version = try options.version("version")
        guard let wanted = UInt16(options["port"] ?? "0") else { throw options.usage("--port is no port number") }
        let home = try Home(creating: try options.required("home"))
        let port = wanted == 0 ? try Listener.freePort() : wanted
        let release = Release(version: version, behaviour: .good)
        _ = try ReleaseBuilder(release: release, program: program(options)).writeDirectory(in: home.releases)
        try Files.link(home.current, to: "releases/\(version)")
        _ = try ItemStore(creating: home.database, version: version)
        // Last, because a directory with a configuration counts as a home.
        try Files.write(Configuration.text(version: version, port: port), to: home.configuration)
        DemoCommand.report("\(home.path): release \(version) on port \(port)\n")
    }

    static func makeRelease(_ arguments: [String]) throws {
        let options = try Options(
            arguments, command: "make-release",
            values: ["to", "version", "behaviour", "degrade-after", "migration-takes", "binary"], flags: ["tarball"])
        let name = options["behaviour"] ?? Behaviour.good.rawValue
        guard let behaviour = Behaviour(rawValue: name) else {
            let known = Behaviour.allCases.map(\.rawValue).joined(separator: ", ")
            throw options.usage("unknown behaviour '\(name)'; there are \(known)")
        }
        var release = Release(version: try options.version("version"), behaviour: behaviour)
        release.degradeAfter = try options.duration("degrade-after", default: 300)
        release.migrationTakes = try options.duration("migration-takes", default: 0)
        let builder = ReleaseBuilder(release: release, program: program(options))
        let directory = try options.required("to")
        let written =
            try options.has("tarball") ? builder.writeTarball(in: directory) : builder.writeDirectory(in: directory)
        DemoCommand.report("\(written)\n")
    }

    static func migrate(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "migrate", values: ["home", "to"])
        let home = try Home(try options.required("home"))
        let target = try options.version("to")
        for name in try Migrator(home: home, target: target).run() { DemoCommand.report("ran \(name)\n") }
        DemoCommand.report("schema \(target)\n")
    }

    /// Copies the database as one transaction sees it, also while the service writes.
    static func dump(_ arguments: [String]) throws {
        let options = try Options(arguments, command: "dump", values: ["home", "to"])
        let home = try Home(try options.required("home"))
        let target = try options.required("to")
        let scratch = "\(target).\(getpid()).new"
        try ItemStore(path: home.database).database.value("VACUUM INTO ?1", [scratch])
        guard rename(scratch, target) == 0 else { throw Files.failure("cannot write", target) }
    }

    /// This program itself, unless another is named.
    private static func program(_ options: Options) -> String {
        Files.absolute(options["binary"] ?? "/proc/self/exe")
    }
}
