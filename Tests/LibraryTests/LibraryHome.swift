import Expressions
import Glibc
import RunHost
import Synchronization
import TestSupport

/// A demo service of its own, and the shipped runbooks to maintain it with.
final class LibraryHome: Sendable {
    let scratch: ScratchDirectory
    /// What commands find in their environment beside what they always have.
    let surroundings = Mutex<[String: String]>([:])
    let hasStandby: Bool

    var belay: BelayBinary {
        var belay = BelayBinary(in: scratch)
        belay.environment.merge(surroundings.withLock { $0 }) { $1 }
        return belay
    }

    var home: String { scratch.file("home") }
    var standby: String { home + "-standby" }

    /// Starts the service at 1.0.0; `edits` are replacements in the profile `demo`.
    init(edits: [String: String] = [:], withStandby: Bool = false) throws {
        scratch = try ScratchDirectory()
        hasStandby = withStandby
        try scratch.write(
            "state: {path: state}\nrunbooks: [., \(Self.root)/runbooks]\nsystem: demo\n"
                + "channels:\n  log: {file: \(scratch.file("notifications.log"))}\n", to: "belay.yml")
        try service("init", "--home", home, "--version", "1.0.0")
        if withStandby { try service("init", "--home", standby, "--version", "1.0.0") }
        try scratch.write(try profile(edits), to: "systems/demo.yml")
        try service("serve", "--home", home)
        if withStandby { try service("serve", "--home", standby) }
    }

    deinit {
        try? service("stop", "--home", home)
        if hasStandby { try? service("stop", "--home", standby) }
    }

    /// The package's own directory.
    static let root: String = {
        var path = #filePath
        for _ in 0..<3 { path = HostFiles.parent(of: path) }
        return path
    }()

    /// The package's profile, for these homes.
    private func profile(_ edits: [String: String]) throws -> String {
        let file = Self.root + "/runbooks/systems/demo.yml"
        var text = String(decoding: try HostFiles.read(file, limit: 1 << 20), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
        for (old, new) in edits {
            guard text.contains(old) else { throw TestFailure("the demo profile has no '\(old)'") }
            text.replace(old, with: new)
        }
        text.replace("18080", with: try port(of: "home"))
        if hasStandby { text.replace("18081", with: try port(of: "home-standby")) }
        return text.replacing("/tmp/belay-demo", with: home) + "\n"
    }

    private func port(of home: String) throws -> String {
        let lines = scratch.text("\(home)/config.yml").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("port: ") }) else {
            throw TestFailure("\(home) has no port")
        }
        return String(line.dropFirst(6))
    }

    // MARK: - What tests do

    /// Runs `demo-service`.
    func service(_ words: String...) throws {
        let end = try Spawned(
            ["demo-service"] + words, environment: belay.environment, directory: "/",
            output: scratch.file("service.out")
        ).wait()
        guard end == .exited(0) else {
            throw TestFailure("demo-service \(words): \(end)\n\(scratch.text("service.out"))")
        }
    }

    /// Makes a release that updates find.
    func makeRelease(_ version: String, _ behaviour: String = "good") throws {
        try service(
            "make-release", "--tarball", "--to", home + "/archives", "--version", version, "--behaviour", behaviour)
    }

    /// Runs a shell script in the scratch directory, where `$HOME/home` is the service's home.
    @discardableResult
    func shell(_ script: String) throws -> String {
        unlink(scratch.file("shell.out"))
        let end = try Spawned(
            ["timeout", "60", "/bin/bash", "-euo", "pipefail", "-c", script], environment: belay.environment,
            directory: scratch.path, output: scratch.file("shell.out")
        ).wait()
        let output = scratch.text("shell.out")
        guard end == .exited(0) else { throw TestFailure("\(script): \(end)\n\(output)") }
        return output
    }

    /// Runs a shipped runbook to where it stops.
    func run(_ runbook: String, _ inputs: [String: String] = [:], crashAt: String? = nil) throws -> LibraryRun {
        let end = try belay.run(runbook, inputs, crashAt: crashAt)
        return try look(after: end)
    }

    /// Any other command of Belay.
    func perform(_ words: String...) throws -> LibraryRun { try look(after: try belay.start(words).wait()) }

    /// Version, health, configuration and schema in one line, as the service itself tells them.
    func status() throws -> String { try shell("demo-service status --home home || true") }

    var notifications: String { scratch.text("notifications.log") }

    private func look(after end: Spawned.End) throws -> LibraryRun {
        unlink(scratch.file("status.json"))
        _ = try Spawned(
            ["\(BelayBinary.products)/belay", "status", "--output", "json"], environment: belay.environment,
            directory: scratch.path, output: scratch.file("status.json")
        ).wait()
        let view = (try? JSONText.parse(scratch.text("status.json"))) ?? .null
        return LibraryRun(end: end, view: view, output: belay.output)
    }
}

/// How a run stands after a command.
struct LibraryRun: CustomStringConvertible {
    let end: Spawned.End
    let view: Value
    let output: String

    var outcome: String? { view["outcome"]?.asString }
    func output(_ name: String) -> Value? { view["outputs"]?[name] }

    /// The state of a step, by its path.
    func state(_ step: String) -> String? {
        view["steps"]?.asList?.first { $0["step"]?.asString == step }?["state"]?.asString
    }

    /// What tests show when they fail.
    var description: String { output }
}
