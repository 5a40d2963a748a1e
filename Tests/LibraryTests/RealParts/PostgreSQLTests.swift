import Testing

/// Runbooks that care for a PostgreSQL database, on a real one.
@Suite struct PostgreSQLTests {
    /// The demo service with a PostgreSQL database `demo` beside it.
    private func system() throws -> (home: LibraryHome, server: PostgreSQLServer) {
        if let obstacle = PostgreSQLServer.obstacle { try Test.cancel("\(obstacle)") }
        let home = try LibraryHome(edits: [
            "maintenance: {flag":
                "postgresql: {database: demo, probe: SELECT count(*) FROM strategies, counts: [strategies], scratch: demo_drill}\nmaintenance: {flag",
            "commands:  ": "commands:\n  load: [psql, -qX, -v, ON_ERROR_STOP=1, -d, demo, -f]  ",
        ])
        let server = try PostgreSQLServer(in: home)
        try server.query("CREATE DATABASE demo")
        try server.query(
            "CREATE TABLE strategies(id int PRIMARY KEY); INSERT INTO strategies VALUES (1), (2)", database: "demo")
        home.surroundings.withLock { $0 = server.environment }
        return (home, server)
    }

    @Test func theDumpOfABackupLoadsIntoAScratchDatabaseAndComesBack() throws {
        let (home, server) = try system()
        #expect(try home.run("health-check").end == .exited(0), "\(home.belay.output)")
        let backup = try home.run("backup")
        #expect(backup.end == .exited(0), "\(backup)")
        let proof = try home.run("verify-backup")
        #expect(proof.end == .exited(0), "\(proof)")
        #expect(try server.query("SELECT count(*) FROM pg_database WHERE datname = 'demo_drill'") == "0\n")
        try server.query("DELETE FROM strategies", database: "demo")
        let restore = try home.run("restore", ["part": "database", "probe_every": "20ms", "healthy_within": "5s"])
        #expect(restore.end == .exited(0), "\(restore)")
        #expect(try server.query("SELECT count(*) FROM strategies", database: "demo") == "2\n")
    }
}
