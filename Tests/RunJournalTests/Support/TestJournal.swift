import RunJournal
import RunMachine
import RunbookModel
import Testing

/// The implementations that the conformance suite holds to the same rules.
enum JournalKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, file
    var testDescription: String { rawValue }
}

/// An empty journal, with the directory in which it lives.
struct TestJournal {
    let journal: any Journal
    private let home: TemporaryDirectory?

    init(_ kind: JournalKind) throws {
        switch kind {
        case .memory:
            journal = MemoryJournal()
            home = nil
        case .file:
            let home = TemporaryDirectory()
            self.home = home
            journal = try FileJournal(home.state, .create)
        }
    }
}

extension TemporaryDirectory {
    var state: StateDirectory { StateDirectory(path: path + "/state", allowsTmpfs: true) }
}

extension Actor {
    static let alice = Actor(user: "alice", uid: 1000, loginUID: 1000)
    static let bob = Actor(user: "bob", uid: 0, loginUID: nil)
}

extension [Result<RunSummary, JournalFailure>] {
    /// The numbers of the runs that could be read.
    var numbers: [Int64] { compactMap { try? $0.get().id.number } }
}
