import Glibc
import RunMachine
import TestSupport
import Testing

/// A scratch directory with runbooks and the files that they change.
struct DataSite {
    let scratch: ScratchDirectory
    var belay: BelayBinary

    init(_ files: [String: String]) throws {
        scratch = try ScratchDirectory()
        belay = BelayBinary(in: scratch)
        try scratch.write("runbooks: [runbooks]\n", to: "belay.yml")
        for (name, text) in files { try scratch.write(text, to: name) }
        belay.environment["HERE"] = scratch.path
    }

    func run(_ arguments: String..., crashAt: String? = nil) throws -> Spawned.End {
        try belay.start(arguments, crashAt: crashAt).wait()
    }

    /// A script in the directory; what it prints.
    @discardableResult
    func shell(_ script: String) throws -> String {
        let output = "shell-\(UInt64.random(in: 0 ... .max))"
        let end = try Spawned(
            ["/bin/bash", "-euc", script], environment: belay.environment, directory: scratch.path,
            output: scratch.file(output)
        ).wait()
        #expect(end == .exited(0), "\(script)\n\(scratch.text(output))")
        return scratch.text(output)
    }

    /// Everything about the files under a directory: names, kinds, modes, owners, links, contents; no times.
    func fingerprint(_ directory: String) throws -> String {
        try shell(
            "cd \(directory); find . -printf '%P %y %m %U:%G %l\\n' | sort; find . -type f | sort | xargs -r sha256sum")
    }

    var outcome: Outcome? { (try? RunInspector(state: belay.state).record())?.outcome }

    func isAuditClean() throws -> Bool { try RunInspector(state: belay.state).audit().isClean }
}
