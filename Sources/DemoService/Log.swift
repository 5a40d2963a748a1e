import Glibc
import Synchronization

enum LogLevel: Int, Comparable {
    case error, info, debug

    init?(name: String) {
        switch name {
        case "error": self = .error
        case "info": self = .info
        case "debug": self = .debug
        default: return nil
        }
    }

    static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// The log file; a line is one write, so that lines of several threads never mix.
final class Log: Sendable {
    let descriptor: Int32
    private let level: Mutex<LogLevel>

    init(path: String, level: LogLevel) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Files.failure("cannot open the log", path) }
        self.level = Mutex(level)
    }

    deinit { close(descriptor) }

    func setLevel(_ new: LogLevel) { level.withLock { $0 = new } }

    func callAsFunction(_ level: LogLevel, _ message: String) {
        guard level <= self.level.withLock({ $0 }) else { return }
        let line = Array("\(Self.now()) \(level) \(message)\n".utf8)
        // A log that cannot be written must not stop the service.
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private static func now() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
