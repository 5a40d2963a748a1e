import Glibc
import RunHost
import TestSupport

/// A PostgreSQL server of its own, reached through a socket in its directory; it ends with the value.
final class PostgreSQLServer: Sendable {
    private let home: LibraryHome

    private var directory: String { home.scratch.file("postgresql") }

    /// Why there is none here; nil where it can be started, and in CI, where it must be.
    static let obstacle: String? = {
        if getenv("CI") != nil { return nil }
        if programs == nil { return "PostgreSQL is not installed" }
        if geteuid() == 0, getpwnam("postgres") == nil { return "PostgreSQL does not run as root" }
        return nil
    }()

    /// The directory of the newest version's programs.
    private static let programs: String? = HostFiles.names(in: "/usr/lib/postgresql").sorted().last.map {
        "/usr/lib/postgresql/\($0)/bin"
    }

    /// What programs find the server with.
    var environment: [String: String] { ["PGHOST": directory, "PGUSER": "belay"] }

    init(in home: LibraryHome) throws {
        self.home = home
        // PostgreSQL refuses to run as root.
        let user = geteuid() == 0 ? "setpriv --reuid postgres --regid postgres --clear-groups" : "env"
        try home.shell(
            """
            chmod 711 .
            mkdir -m 700 postgresql
            [[ $EUID != 0 ]] || chown postgres postgresql
            run() { \(user) "$@"; }
            bin=\(Self.programs ?? "")
            run $bin/initdb -D "$PWD/postgresql/data" -U belay -A trust --no-sync >/dev/null
            run $bin/pg_ctl -D "$PWD/postgresql/data" -w -l "$PWD/postgresql/log" \
                -o "-c listen_addresses='' -c fsync=off -k $PWD/postgresql" start >/dev/null
            """)
    }

    deinit {
        let end = geteuid() == 0 ? "setpriv --reuid postgres --regid postgres --clear-groups" : "env"
        _ = try? home.shell("\(end) \(Self.programs ?? "")/pg_ctl -D \(directory)/data -m immediate stop >/dev/null")
    }

    @discardableResult
    func query(_ sql: String, database: String = "postgres") throws -> String {
        try home.shell("PGHOST=\(directory) PGUSER=belay psql -qtAX -v ON_ERROR_STOP=1 -d \(database) -c \"\(sql)\"")
    }
}
