import RunEngine
import RunJournal
import RunReport

/// `belay locks`.
struct LocksCommand: Command {
    static let declaration = CommandDeclaration(
        "locks", "the locks that runs hold; 'locks break NAME' takes one away",
        details: "A run whose lock was broken must take it again before it goes on.",
        [ArgumentDeclaration("break NAME", .any, "take this lock from the runs that hold it")],
        [.value("why", "TEXT", "why breaking it is safe; it is journaled in these runs")])

    private let broken: String?
    private let why: String

    init(_ words: ParsedWords) throws(UsageProblem) {
        why = words.value("why") ?? ""
        guard let first = words.argument(0) else {
            broken = nil
            return
        }
        guard first == "break" else {
            throw UsageProblem("'\(first)' is not 'break'", help: "usage: belay locks break NAME --why …")
        }
        guard let name = words.argument(1), words.arguments.count == 2 else {
            throw UsageProblem("the name of one lock is needed", help: "usage: belay locks break NAME --why …")
        }
        guard !why.isEmpty else { throw UsageProblem(Wording.whyMissing) }
        broken = name
    }

    func perform(_ session: Session) throws -> Int32 {
        guard let broken else { return try list(session) }
        let service = try session.service()
        let runs = try service.journal.breakLock(broken, by: service.actor, why: why, at: session.now)
        session.show(Broken(version: 1, lock: broken, runs: runs.map(\.number))) { _ in
            Wording.lockBroken(broken, runs) + "\n"
        }
        return 0
    }

    private struct Broken: Encodable {
        let version: Int
        let lock: String
        let runs: [Int64]
    }

    private func list(_ session: Session) throws -> Int32 {
        var rows: [LockListView.Row] = []
        do throws(ServiceFailure) {
            let service = try session.service()
            rows = try Self.rows(service, session.now)
        } catch {
            guard case .journal(.noJournal) = error else { throw error }
        }
        let view = LockListView(rows)
        session.show(view) { view.text($0) }
        return 0
    }

    private static func rows(_ service: RunService, _ now: Int64) throws(ServiceFailure) -> [LockListView.Row] {
        do throws(JournalFailure) {
            return try service.journal.locks().map { lock in
                LockListView.Row(
                    name: lock.name, mode: lock.mode.rawValue, run: lock.run.number, runbook: lock.runbook.text,
                    owner: lock.owner.user, since: lock.since, isDriven: service.isDriven(lock.run), now: now)
            }
        } catch { throw .journal(error) }
    }
}
