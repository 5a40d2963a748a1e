import Testing

/// Maintenance and retention of a PostgreSQL database, on a real one.
@Suite struct PostgreSQLCareTests {
    /// The demo service with a PostgreSQL database in which a table has old and deleted rows.
    private func system() throws -> (home: LibraryHome, server: PostgreSQLServer) {
        if let obstacle = PostgreSQLServer.obstacle { try Test.cancel("\(obstacle)") }
        let home = try LibraryHome()
        let server = try PostgreSQLServer(in: home)
        try server.query("CREATE DATABASE demo")
        try server.query(
            "CREATE TABLE trades(id int PRIMARY KEY, at timestamptz, note text); CREATE INDEX trades_at ON trades(at);"
                + " INSERT INTO trades SELECT n, now() - make_interval(days => n), 'a,' || chr(34) || chr(10) || n FROM generate_series(1, 1000) n;"
                + " DELETE FROM trades WHERE id > 20",
            database: "demo")
        try home.shell(
            """
            cat >>systems/demo.yml <<YAML
            postgresql: {database: demo, host: \(home.scratch.file("postgresql")), user: belay, indexes: [trades_at]}
            YAML
            sed -i 's/^retention:/&\\n  postgresql: [{title: trades, table: trades, column: at, age: 10d}]/' systems/demo.yml
            """)
        return (home, server)
    }

    private func rows(_ server: PostgreSQLServer) throws -> String {
        try server.query("SELECT count(*), md5(string_agg(note, ',' ORDER BY id)) FROM trades", database: "demo")
    }

    @Test func deadRowsGoAndIndexesAreRebuilt() throws {
        let (home, server) = try system()
        let before = try server.query("SELECT pg_relation_filenode('trades_at')", database: "demo")
        let run = try home.run("database-maintenance")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try server.query("SELECT pg_relation_filenode('trades_at')", database: "demo") != before)
        #expect(run.state("postgresql/sound") == "succeeded")
    }

    @Test func oldRowsAreKeptInAFileAndComeBackWithARollback() throws {
        let (home, server) = try system()
        let before = try rows(server)
        let run = try home.run("data-retention")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try server.query("SELECT count(*) FROM trades", database: "demo") == "9\n")
        #expect(try home.shell("ls home/backups | grep -c csv") == "1\n")
        #expect(try home.perform("rollback", "1").end == .exited(5), "\(home.belay.output)")
        #expect(try rows(server) == before)
    }

    @Test func whatIsDeletedWhenTheDriverDiesIsNeverLost() throws {
        let (home, server) = try system()
        let before = try rows(server)
        #expect(try home.run("data-retention", crashAt: "driver.after_commit#6").end != .exited(0))
        let run = try home.perform("decide", "1", "rollback", "--why", "a test", "--resume")
        #expect(try rows(server) == before, "\(run)")
    }
}
