import Glibc

/// The command line of the service.
enum DemoCommand {
    /// Runs a command and returns the code to exit with.
    static func run(_ arguments: [String]) -> Int32 {
        do {
            try perform(arguments)
            return ExitCode.done.rawValue
        } catch {
            let failure = error as? DemoError ?? DemoError("\(error)")
            report("demo-service: \(failure.message)\n", to: STDERR_FILENO)
            return failure.code.rawValue
        }
    }

    private static func perform(_ arguments: [String]) throws {
        guard let name = arguments.first else { throw DemoError(help, code: .usage) }
        let rest = Array(arguments.dropFirst())
        switch name {
        case "serve": try ControlCommands.serve(rest)
        case "stop": try ControlCommands.stop(rest)
        case "status": try ControlCommands.status(rest)
        case "reload": try ControlCommands.reload(rest)
        case "init": try ReleaseCommands.initialise(rest)
        case "make-release": try ReleaseCommands.makeRelease(rest)
        case "migrate": try ReleaseCommands.migrate(rest)
        case "dump": try ReleaseCommands.dump(rest)
        case "help", "--help", "-h": report(help + "\n", to: STDOUT_FILENO)
        default: throw DemoError("unknown command '\(name)'; see demo-service --help", code: .usage)
        }
    }

    static func report(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private static let help = """
        A small HTTP service to maintain with runbooks.

        demo-service init --home DIR --version 1.0.0 [--port N|0] [--binary PATH]  a new home; port 0 (default) picks a free one
        demo-service serve --home DIR [--foreground]                  returns once the service listens
        demo-service stop --home DIR [--grace 5s]                     TERM, and KILL after the grace time
        demo-service status --home DIR
        demo-service reload --home DIR                                reads config.yml again
        demo-service migrate --home DIR --to VERSION                  runs the SQL migrations of releases/VERSION
        demo-service dump --home DIR --to FILE                        a consistent copy of the database
        demo-service make-release --to DIR --version VERSION [--behaviour NAME] [--tarball] [--degrade-after 300ms]
                                  [--migration-takes 0s] [--binary PATH]
            good           works
            unhealthy      starts, and answers 503
            no-start       ends at once with a message
            hang           accepts connections and never answers
            bad-migration  leaves the database between two versions
            degrades       healthy at first, unhealthy after --degrade-after

        A release runs this program unless --binary names another.
        HTTP on 127.0.0.1: GET /api/status (200 healthy, 503 not), GET /api/items, POST /api/items {"name": TEXT}.
        While the file maintenance is in the home, requests for items are answered with 503.
        A release works with configuration and database schema of its own version only.

        Exit codes: 0 done; 1 failed; 3 not running; 4 another instance is running; 5 configuration, database and
        release do not fit; 64 usage.
        """
}
