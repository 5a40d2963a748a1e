import CSQLite
import Glibc
import RunEngine
import RunHost
import Synchronization
import Testing

/// A directory with what is protected and where it is saved, and a protector whose children can be made to fail.
final class ProtectionHarness: Sendable {
    /// When a child fails: before it did anything, or after it did everything.
    enum Fault: CaseIterable { case before, after }

    struct Crash: Error {}

    let directory: String
    private let children = Mutex<Int>(0)

    /// `parent` is for tests that do much: a filesystem in memory, where syncing costs nothing.
    init(in parent: String = "/tmp") {
        var template = Array("\(parent)/belay-protect-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        mkdir(self["home"], 0o755)
    }

    deinit { _ = try? Self.spawn(["rm", "-rf", "--one-file-system", directory]) }

    subscript(name: String) -> String { "\(directory)/\(name)" }
    var snapshot: String { self["state/snapshots/1"] }
    var aside: String { self["state/aside"] }

    var protector: Protector { Protector(run: Self.run, belay: "belay", lockTimeout: .zero) }

    /// One whose child number `number` (from 1) crashes together with the caller.
    func protector(crashingAt number: Int, _ fault: Fault) -> Protector {
        children.withLock { $0 = 0 }
        return Protector(
            run: { [self] arguments in
                let current = children.withLock { count in
                    count += 1
                    return count
                }
                if current == number && fault == .before { throw Crash() }
                let outcome = try Self.run(arguments)
                if current == number { throw Crash() }
                return outcome
            }, belay: "belay", lockTimeout: .zero)
    }

    static func run(_ arguments: [String]) throws -> Protector.ChildOutcome {
        guard arguments[1] == "__sqlite" else { return try spawn(arguments) }
        let (exit, message) = SQLiteChild.perform(Array(arguments.dropFirst(2)))
        return Protector.ChildOutcome(exit: exit, stderr: message)
    }

    @discardableResult
    static func spawn(_ arguments: [String]) throws -> Protector.ChildOutcome {
        var template = Array("/tmp/belay-stderr-XXXXXX".utf8CString)
        let output = mkstemp(&template)
        defer { close(output) }
        unlink(template)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        var argv = arguments.map { strdup($0) } + [nil]
        var environment = [strdup("LC_ALL=C"), strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nil]
        defer { for text in argv + environment { free(text) } }
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, arguments[0], &actions, nil, &argv, &environment)
        guard error == 0 else { throw SystemError("spawn \(arguments[0])", errno: error) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = max(pread(output, &buffer, buffer.count, 0), 0)
        let exit = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
        return Protector.ChildOutcome(exit: exit, stderr: String(decoding: buffer.prefix(count), as: UTF8.self))
    }

    // MARK: Content

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) {
        #expect(throws: Never.self) { try HostFiles.writeAtomically(Array(text.utf8), to: self[name], mode: mode) }
    }

    func text(_ name: String) -> String? { HostFiles.text(of: self[name]) }
    func exists(_ name: String) -> Bool { Self.status(self[name]) != nil }

    static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// Everything about a tree that a restore must bring back, one line an entry; empty where nothing is there.
    func state(of name: String) -> [String] {
        guard let status = Self.status(self[name]) else { return [] }
        var line = "\(name) \(String(status.st_mode, radix: 8)) \(status.st_uid):\(status.st_gid)"
        line += " \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        var children: [String] = []
        switch status.st_mode & S_IFMT {
        case S_IFDIR: children = HostFiles.names(in: self[name]).sorted()
        case S_IFLNK:
            var target = [UInt8](repeating: 0, count: 4_096)
            let count = readlink(self[name], &target, target.count)
            line += " -> \(String(decoding: target.prefix(max(count, 0)), as: UTF8.self))"
        case S_IFREG:
            line += " links=\(status.st_nlink) size=\(status.st_size)"
            if status.st_size < 1 << 20 {
                line += " \((try? HostFiles.read(self[name])).map { "\($0)" } ?? "unreadable")"
            }
            line += " \(ExtendedAttribute("user.belay").value(of: self[name]))"
        default: break
        }
        return [line] + children.flatMap { state(of: "\(name)/\($0)") }
    }

    // MARK: Databases

    /// A connection that is open until it is released.
    final class Connection {
        private let handle: OpaquePointer?

        init(_ path: String) {
            var opened: OpaquePointer?
            sqlite3_open(path, &opened)
            handle = opened
        }

        deinit { sqlite3_close(handle) }

        /// The values of the first column, as text; nil where the statement failed.
        @discardableResult
        func run(_ sql: String) -> [String]? {
            var statement: OpaquePointer?
            guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { return nil }
            defer { sqlite3_finalize(statement) }
            var rows: [String] = []
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "NULL")
                case SQLITE_DONE: return rows
                default: return nil
                }
            }
        }
    }

    /// Makes a database with one row a value.
    func makeDatabase(_ name: String, _ values: [String], setup: [String] = []) {
        let connection = Connection(self[name])
        for statement in setup + ["CREATE TABLE item (name TEXT)"] { #expect(connection.run(statement) != nil) }
        for value in values { #expect(connection.run("INSERT INTO item VALUES ('\(value)')") != nil) }
    }

    func rows(_ name: String) -> [String]? { Connection(self[name]).run("SELECT name FROM item ORDER BY 1") }
}

extension ProtectionHarness {
    /// Replaces the content of a file and keeps the file.
    static func overwrite(_ path: String, _ text: String) {
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        defer { close(descriptor) }
        #expect(throws: Never.self) { try HostFiles.write(Array(text.utf8), to: descriptor, path: path) }
    }
}

/// getxattr(2) and setxattr(2), which Swift's Glibc does not show.
struct ExtendedAttribute {
    let name: String

    init(_ name: String) { self.name = name }

    /// Empty where there is none.
    func value(of path: String) -> [UInt8] {
        typealias Get = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int) -> Int
        var value = [UInt8](repeating: 0, count: 256)
        let get = unsafeBitCast(dlsym(nil, "getxattr"), to: Get.self)
        let count = get(path, name, &value, value.count)
        return Array(value.prefix(max(count, 0)))
    }

    /// False where the filesystem has none.
    @discardableResult
    func set(_ value: [UInt8], of path: String) -> Bool {
        typealias Set =
            @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32) -> Int32
        return unsafeBitCast(dlsym(nil, "setxattr"), to: Set.self)(path, name, value, value.count, 0) == 0
    }
}

/// Counts down to zero, from any thread.
final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    /// False once nothing is left.
    func countDown() -> Bool {
        left.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return true
        }
    }
}
