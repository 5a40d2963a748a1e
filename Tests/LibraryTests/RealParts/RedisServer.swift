import Glibc
import RunHost
import TestSupport

/// A Redis server of its own on the loopback; it ends with the value.
final class RedisServer: Sendable {
    private let home: LibraryHome
    let port: String

    /// Why there is none here; nil where it can be started, and in CI, where it must be.
    static let obstacle: String? =
        getenv("CI") == nil && access("/usr/bin/redis-server", X_OK) != 0 ? "Redis is not installed" : nil

    init(in home: LibraryHome) throws {
        self.home = home
        // A free port is found by trying: Redis cannot choose one by itself.
        port = try home.shell(
            """
            mkdir redis
            for port in $(shuf -i 20000-29999 -n 50); do
                redis-server --port $port --bind 127.0.0.1 --dir "$PWD/redis" --save '' --daemonize yes \
                    --pidfile "$PWD/redis/pid" --logfile "$PWD/redis/log" >/dev/null
                for _ in $(seq 300); do
                    if grep -q 'Ready to accept' redis/log 2>/dev/null; then echo -n $port; exit; fi
                    if grep -q 'bind: Address' redis/log 2>/dev/null; then break; fi
                    read -rt 0.02 <> <(:) || true
                done
                rm -f redis/log
            done
            exit 1
            """)
    }

    deinit { _ = try? home.shell("redis-cli -p \(port) shutdown nosave") }

    @discardableResult
    func ask(_ words: String) throws -> String { try home.shell("redis-cli -p \(port) \(words)") }
}
