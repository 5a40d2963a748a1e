import Glibc
import RunHost
import TestSupport

/// The demo service at 1.0.0 in a scratch directory, with a good and an unhealthy release to update to, and a profile
/// whose commands write into a ledger before they do anything.
struct DemoHome {
    let scratch: ScratchDirectory

    static let good = "1.1.0"
    static let unhealthy = "1.2.0"

    var home: String { scratch.file("home") }

    init(in scratch: ScratchDirectory) throws {
        self.scratch = scratch
        try service("init", "--home", home, "--version", "1.0.0")
        try service("make-release", "--tarball", "--to", home + "/archives", "--version", Self.good)
        try service(
            "make-release", "--tarball", "--to", home + "/archives", "--version", Self.unhealthy, "--behaviour",
            "unhealthy")
        try scratch.write(
            "state: {path: state}\nrunbooks: [., \(Self.root)/runbooks]\nsystem: demo\n"
                + "channels:\n  log: {file: \(scratch.file("notifications.log"))}\n", to: "belay.yml")
        try scratch.write(
            "#!/bin/sh\necho \"$1\" >>\(scratch.file("ledger"))\nshift\nexec \"$@\"\n", to: "record", mode: 0o755)
        try scratch.write(profile(), to: "systems/demo.yml")
        try service("serve", "--home", home)
    }

    /// The package's own directory.
    static let root: String = {
        var path = #filePath
        for _ in 0..<4 { path = HostFiles.parent(of: path) }
        return path
    }()

    /// The package's profile, for this home and with the ledger before each command that changes something.
    private func profile() throws -> String {
        let port = scratch.text("home/config.yml").split(separator: "\n").first { $0.hasPrefix("port: ") }?.dropFirst(6)
        guard let port else { throw TestFailure("the demo service has no port") }
        let path = Self.root + "/runbooks/systems/demo.yml"
        var lines = String(decoding: try HostFiles.read(path, limit: 1 << 20), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for word in ["start", "stop", "migrate"] {
            guard let index = lines.firstIndex(where: { $0.contains(" \(word): [") }) else {
                throw TestFailure("the demo profile has no command '\(word)'")
            }
            lines[index] = lines[index].replacing("\(word): [", with: "\(word): [\(scratch.file("record")), \(word), ")
        }
        return lines.filter { !$0.hasPrefix("#") }.joined(separator: "\n")
            .replacing("/tmp/belay-demo", with: home).replacing(":18080/", with: ":\(port)/")
    }

    /// Version, health, configuration and schema in one line, as the service itself tells them.
    func status() throws -> String {
        unlink(scratch.file("status"))
        _ = try Spawned(
            ["demo-service", "status", "--home", home], environment: BelayBinary(in: scratch).environment,
            directory: "/", output: scratch.file("status")
        ).wait()
        return scratch.text("status")
    }

    func stop() { try? service("stop", "--home", home) }

    /// How often each command of the profile was started.
    func ledger() -> [String: Int] {
        scratch.text("ledger").split(separator: "\n").reduce(into: [:]) { $0[String($1), default: 0] += 1 }
    }

    private func service(_ arguments: String...) throws {
        let end = try Spawned(
            ["demo-service"] + arguments, environment: BelayBinary(in: scratch).environment, directory: "/",
            output: scratch.file("service.out")
        ).wait()
        guard end == .exited(0) else {
            throw TestFailure("demo-service \(arguments): \(end)\n\(scratch.text("service.out"))")
        }
    }
}
