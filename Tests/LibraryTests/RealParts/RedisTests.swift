import Testing

/// The care for a cache, on a real Redis.
@Suite struct RedisTests {
    private func system() throws -> (home: LibraryHome, redis: RedisServer) {
        if let obstacle = RedisServer.obstacle { try Test.cancel("\(obstacle)") }
        let home = try LibraryHome()
        let redis = try RedisServer(in: home)
        try home.shell(
            "echo 'cache: {host: 127.0.0.1, port: \(redis.port), prefix: \"demo:\", ttl: 1h, limit: 100KiB, evict: 50,"
                + " policy: allkeys-lru, save: \"900 1\"}' >>systems/demo.yml")
        for number in 1...4 { try redis.ask("set demo:\(number) x") }
        try redis.ask("set other x")
        return (home, redis)
    }

    @Test func keysGetAnEndTheLeastUsedGoAndSettingsAreThoseOfTheProfile() throws {
        let (home, redis) = try system()
        let run = try home.run("cache-maintenance")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try redis.ask("--raw keys 'demo:*' | wc -l") == "2\n")
        #expect(try redis.ask("ttl $(redis-cli -p \(redis.port) --raw keys 'demo:*' | head -n 1)") > "1")
        #expect(try redis.ask("ttl other") == "-1\n")
        #expect(try redis.ask("--raw config get maxmemory-policy | tail -n 1") == "allkeys-lru\n")
    }

    @Test func settingsAndEndsComeBackWhereTheServiceDoesNotAnswer() throws {
        let (home, redis) = try system()
        try home.service("stop", "--home", home.home)
        let run = try home.run("cache-maintenance", ["probe_every": "20ms", "healthy_within": "60ms"])
        #expect(run.end == .exited(5), "\(run)")
        #expect(try redis.ask("--raw config get maxmemory-policy | tail -n 1") == "noeviction\n")
        #expect(try redis.ask("ttl $(redis-cli -p \(redis.port) --raw keys 'demo:*' | head -n 1)") == "-1\n")
    }

    @Test func theMaintenanceIsSeenThroughAfterACrash() throws {
        let (home, redis) = try system()
        #expect(try home.run("cache-maintenance", crashAt: "driver.after_commit#4").end != .exited(0))
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try redis.ask("--raw config get maxmemory-policy | tail -n 1") == "allkeys-lru\n")
    }
}
