import Glibc
import RunHost
import RunJournal
import RunMachine
import TestSupport
import Testing

/// Each file in `Runbooks/` with a header is run with the built binary in a directory of its own.
@Suite struct RunbookFileTests {
    @Test(arguments: RunbookCase.all)
    func theRunbookDoesWhatItsHeaderSays(_ name: String) throws {
        let example = try RunbookCase(name)
        guard !example.needsRoot || geteuid() == 0 else { try Test.cancel("needs root") }
        let scratch = try ScratchDirectory()
        try RunbookCase.install(in: scratch)
        let belay = BelayBinary(in: scratch)
        for action in example.actions {
            let end = try perform(action, belay)
            #expect(end == .exited(action.exit), "\(action.words)\n\(belay.output)")
        }
        let ledger = scratch.text("ledger").split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(ledger == example.ledger, "\(belay.output)")
        guard let outcome = example.outcome else { return }
        let inspector = try RunInspector(state: belay.state)
        #expect(try inspector.record().outcome == outcome, "\(belay.output)")
        let audit = try inspector.audit()
        #expect(audit.isClean, "\(audit.findings)")
        #expect(scratch.processes().isEmpty)
    }

    private func perform(_ action: RunbookCase.Action, _ belay: BelayBinary) throws -> Spawned.End {
        guard action.isShell else { return try belay.start(action.words).wait() }
        let script = action.words.joined(separator: " ")
        return try Spawned(
            ["/bin/bash", "-c", script], environment: belay.environment, directory: belay.scratch.path,
            output: belay.scratch.file("shell.out")
        ).wait()
    }
}

/// What the comments at the head of a runbook file say about runs of it.
///
/// In order: `belay WORDS -> EXIT` are calls, `$ SCRIPT` are scripts of the shell that end with 0. `ledger:` is what the
/// steps wrote, in order; `outcome:` that of run 1.
private struct RunbookCase {
    struct Action {
        let isShell: Bool
        let words: [String]
        let exit: Int32
    }

    private(set) var actions: [Action] = []
    private(set) var outcome: Outcome?
    private(set) var ledger: [String] = []
    private(set) var needsRoot = false

    static let directory = HostFiles.parent(of: #filePath) + "/Runbooks"
    private static let files = HostFiles.names(in: directory).filter { $0.hasSuffix(".yml") }.sorted()

    /// The files with a header; the others are included by them.
    static let all = files.filter { text(of: $0).hasPrefix("# ") }

    init(_ name: String) throws {
        for line in Self.text(of: name).split(separator: "\n").prefix(while: { $0.hasPrefix("# ") }) {
            try read(String(line.dropFirst(2)))
        }
    }

    private mutating func read(_ line: String) throws {
        if line == "needs root" {
            needsRoot = true
            return
        }
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "$": actions.append(Action(isShell: true, words: Array(words.dropFirst()), exit: 0))
        case "ledger:": ledger = Array(words.dropFirst())
        case "outcome:": outcome = Outcome(rawValue: words.dropFirst().joined(separator: " "))
        case "belay":
            guard let exit = words.last.flatMap({ Int32($0) }), words.dropLast().last == "->" else { fallthrough }
            actions.append(Action(isShell: false, words: Array(words.dropFirst().dropLast(2)), exit: exit))
        default: throw TestFailure("the header line '\(line)' says nothing")
        }
    }

    /// All files: they may include each other.
    static func install(in scratch: ScratchDirectory) throws {
        for file in files { try scratch.write(text(of: file), to: file) }
        try scratch.write("runbooks: [.]\n", to: "belay.yml")
    }

    private static func text(of file: String) -> String {
        String(decoding: (try? HostFiles.read("\(directory)/\(file)")) ?? [], as: UTF8.self)
    }
}
