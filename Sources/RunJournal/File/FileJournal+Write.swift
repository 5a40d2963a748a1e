import RunMachine
import RunbookModel

extension FileJournal {
    package func createRun(_ new: NewRun, isDriven: (HeldLock) -> Bool) throws(JournalFailure) -> RunID {
        holdBallast()
        return try write { database throws(JournalFailure) in
            let run = try insert(new, into: database)
            let rows = RunRows(database: database, run: run)
            var head = RunRows.Head(sequence: 0, at: 0, hash: HashChain.start, epoch: 0, isClosed: false)
            try rows.append(new.events, to: &head)
            let locks = LockRows(database: database)
            let taken = try locks.take(new.locks, for: run, by: new.requester, at: head.at, isDriven: isDriven)
            try rows.append(taken.map { JournalEntry(at: head.at, $0) }, to: &head)
            try rows.put(new.record, head)
            for (path, step) in new.steps { try rows.put(step, at: path) }
            try PinnedRows(database: database, run: run).insert(new.pinned, locks: new.locks)
            return run
        }
    }

    private func insert(_ new: NewRun, into database: Connection) throws(JournalFailure) -> RunID {
        try database.run(
            """
            INSERT INTO runs (runbook, system, requester, requester_uid, requester_login, undo_of, direction, activity,
                started_at, epoch, last_seq, last_at, head, record)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, x'', '')
            """, .text(new.pinned.runbook.text), .optional(new.system), .text(new.requester.user),
            .int(Int64(new.requester.uid)), .optional(new.requester.loginUID.map(Int64.init)),
            .optional(new.record.undoOf), .text(new.record.direction.rawValue), .text(new.record.activity.rawValue),
            .int(new.events.first?.at ?? 0))
        return RunID(database.lastInsertedRow)
    }

    package func claim(_ run: RunID) throws(JournalFailure) -> StoredRun {
        let stored = try write { database throws(JournalFailure) in
            let rows = RunRows(database: database, run: run)
            guard try !rows.head().isClosed else { throw .runIsClosed(run) }
            try database.run("UPDATE runs SET epoch = epoch + 1 WHERE id = ?", .int(run.number))
            return try rows.load()
        }
        if stored.record.direction == .forward { holdBallast() }
        return stored
    }

    package func commit(_ batch: JournalBatch) throws(JournalFailure) -> CommitResult {
        if batch.events.contains(where: \.event.turns) { directory.ballast.release() }
        return try write { database throws(JournalFailure) in
            let rows = RunRows(database: database, run: batch.run)
            var head = try rows.head()
            guard head.epoch == batch.epoch else { throw .superseded(batch.run, by: head.epoch) }
            guard !head.isClosed else { throw .runIsClosed(batch.run) }
            if batch.onlyIfInboxEmpty {
                guard Set(try rows.unread()).subtracting(batch.consumed).isEmpty else { return .inboxNotEmpty }
            }
            try rows.append(batch.events, to: &head)
            for id in batch.consumed { try rows.consume(id, at: head.sequence) }
            for (path, step) in batch.steps { try rows.put(step, at: path) }
            try rows.put(batch.record, head)
            return .committed(last: head.sequence)
        }
    }
}

extension FileJournal {
    package func record(_ entry: InboxEntry, judge: (StoredRun) -> InboxVerdict) throws(JournalFailure) -> InboxResult {
        try write { database throws(JournalFailure) in
            let rows = RunRows(database: database, run: entry.run)
            if try rows.hasRecorded(entry.id) { return .repeated }
            guard try !rows.head().isClosed else { throw .runIsClosed(entry.run) }
            switch judge(try rows.load()) {
            case .refuse(let why): return .refused(why: why)
            case .repeated: return .repeated
            case .accept:
                try rows.insert(entry)
                return .recorded
            }
        }
    }

    package func breakLock(_ name: String, by actor: Actor, why: String, at: Int64) throws(JournalFailure) -> [RunID] {
        try write { database throws(JournalFailure) in
            let locks = LockRows(database: database)
            let holders = try locks.held(name)
            guard !holders.isEmpty else { throw .noSuchLock(name) }
            for lock in holders { try locks.take(away: lock, by: actor, why: why, at: at) }
            return holders.map(\.run)
        }
    }

    package func retakeLocks(_ run: RunID, epoch: Int64, at: Int64) throws(JournalFailure) -> [String] {
        try write { database throws(JournalFailure) in
            let rows = RunRows(database: database, run: run)
            let head = try rows.head()
            guard head.epoch == epoch else { throw .superseded(run, by: head.epoch) }
            guard !head.isClosed else { throw .runIsClosed(run) }
            let locks = LockRows(database: database)
            let held = Set(try locks.held(by: run))
            let missing = try PinnedRows(database: database, run: run).locks().filter { !held.contains($0.name) }
            guard !missing.isEmpty else { return [] }
            let requester = try rows.load().summary.requester
            try rows.annotate(
                try locks.take(missing, for: run, by: requester, at: at, isDriven: { _ in true }), at: at)
            return missing.map(\.name)
        }
    }

    package func repin(
        _ run: RunID, epoch: Int64, _ pinned: Pinned, locks: [LockRequest], _ entry: JournalEntry
    ) throws(JournalFailure) {
        try write { database throws(JournalFailure) in
            let rows = RunRows(database: database, run: run)
            let head = try rows.head()
            guard head.epoch == epoch else { throw .superseded(run, by: head.epoch) }
            guard !head.isClosed else { throw .runIsClosed(run) }
            try database.run("DELETE FROM definitions WHERE run = ?", .int(run.number))
            try PinnedRows(database: database, run: run).insert(pinned, locks: locks)
            try Self.forgetUnusedBlobs(database)
            try rows.annotate([entry.event], at: entry.at)
        }
    }

    private static func forgetUnusedBlobs(_ database: Connection) throws(JournalFailure) {
        try database.run(
            "DELETE FROM blobs WHERE NOT EXISTS (SELECT 1 FROM definition_files WHERE blob = blobs.digest)")
    }

    package func note(_ run: RunID, text: String, by actor: Actor, at: Int64) throws(JournalFailure) {
        try write { database throws(JournalFailure) in
            try RunRows(database: database, run: run).annotate([.noted(text: text, by: actor)], at: at)
        }
    }

    package func claimNotice(_ notice: DueNotice, at wall: Int64) throws(JournalFailure) -> Bool {
        try write { database throws(JournalFailure) in try NoticeRows(database: database).claim(notice, at: wall) }
    }

    package func tell(_ run: RunID, _ step: StepPath, _ notice: Notice, at: Int64) throws(JournalFailure) {
        try write { database throws(JournalFailure) in
            try RunRows(database: database, run: run).annotate([.told(step, notice)], at: at)
        }
    }

    package func remove(_ run: RunID) throws(JournalFailure) {
        try write { database throws(JournalFailure) in
            guard try RunRows(database: database, run: run).head().isClosed else { throw .runIsOpen(run) }
            try database.run("DELETE FROM runs WHERE id = ?", .int(run.number))
            try Self.forgetUnusedBlobs(database)
        }
    }
}

extension RunEvent {
    fileprivate var turns: Bool { if case .directionTurned = self { true } else { false } }
}
