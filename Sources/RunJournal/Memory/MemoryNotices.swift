import RunMachine
import RunbookModel

/// The notices of one run in memory, as `NoticeRows` keeps them on disk.
struct MemoryNotices {
    private struct Entry {
        let step: StepPath
        let attempt: Int
        let planned: PlannedNotice
        var isClaimed = false
    }
    private var entries: [Entry] = []

    mutating func put(_ step: StepRecord, _ path: StepPath) {
        guard let prompt = step.prompt else { return }
        guard step.openPrompt != nil else {
            entries.removeAll { $0.step == path && !$0.isClaimed }
            return
        }
        for notice in prompt.notices { insert(notice, path, prompt.attempt) }
    }

    private mutating func insert(_ notice: PlannedNotice, _ path: StepPath, _ attempt: Int) {
        let isKnown = entries.contains {
            $0.step == path && $0.attempt == attempt && $0.planned.kind == notice.kind
                && $0.planned.number == notice.number
        }
        if !isKnown { entries.append(Entry(step: path, attempt: attempt, planned: notice)) }
    }

    func due(at wall: Int64, _ run: RunID) -> [(due: Int64, notice: DueNotice)] {
        entries.filter { !$0.isClaimed && $0.planned.due <= wall }.map { ($0.planned.due, Self.notice($0, run)) }
    }

    private static func notice(_ entry: Entry, _ run: RunID) -> DueNotice {
        DueNotice(
            run: run, step: entry.step, attempt: entry.attempt, kind: entry.planned.kind,
            number: entry.planned.number, channels: entry.planned.channels)
    }

    mutating func claim(_ notice: DueNotice, at wall: Int64) -> Bool {
        guard let place = entries.firstIndex(where: { !$0.isClaimed && Self.notice($0, notice.run) == notice }) else {
            return false
        }
        entries[place].isClaimed = true
        let planned = entries[place].planned
        if let every = planned.every {
            let next = PlannedNotice(
                kind: planned.kind, number: planned.number + 1, channels: planned.channels, due: wall + every,
                every: every)
            insert(next, notice.step, notice.attempt)
        }
        return true
    }
}
