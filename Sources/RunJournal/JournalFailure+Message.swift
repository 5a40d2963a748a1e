import RunbookModel

/// All wording of the journal: what is wrong, where, and what to do about it.
extension JournalFailure {
    /// What is wrong, and where; lower case, no full stop.
    package var message: String {
        switch self {
        case .noSuchRun(let run): "there is no run \(run)"
        case .runIsClosed(let run): "run \(run) is closed"
        case .runIsOpen(let run): "run \(run) is open"
        case .superseded(let run, let epoch): "run \(run) has been claimed by another driver (epoch \(epoch))"
        case .driven(let run, let holder?):
            "run \(run) is driven by process \(holder.pid) of \(holder.user) since \(Self.time(holder.since))"
        case .driven(let run, nil): "run \(run) is driven by another process"
        case .damaged(let run, let why): "the journal's rows of run \(run) are damaged: \(why)"
        case .locked(let lock):
            "lock '\(lock.name)' is held by run \(lock.run) (\(lock.runbook)) of \(lock.owner.user) "
                + "since \(Self.time(lock.since))"
        case .noSuchLock(let name): "no run holds a lock '\(name)'"
        default: fileMessage
        }
    }

    private var fileMessage: String {
        switch self {
        case .busy(let path, let holder?): "the journal is busy: \(holder) holds '\(path)'"
        case .busy(let path, nil): "the journal is busy: another process holds '\(path)'"
        case .full(let path): "there is no space left for '\(path)'"
        case .readOnly(let path): "'\(path)' cannot be written"
        case .corrupt(let path, let why): "'\(path)' is damaged: \(why)"
        case .notAJournal(let path, let why): "'\(path)' is no journal: \(why)"
        case .newer(let path, let version, let known):
            "'\(path)' was written by a newer Belay (format \(version); this one knows up to \(known))"
        case .openRunsBlockMigration(let path, let runs):
            "the format of '\(path)' changes with this Belay, which has to wait for open runs: \(Self.list(runs))"
        case .io(let path, let operation, let why): "cannot \(operation) '\(path)': \(why)"
        default: directoryMessage
        }
    }

    private var directoryMessage: String {
        switch self {
        case .noJournal(let path): "no runs yet in '\(path)'"
        case .journalGone(let path): "'\(path)' holds runs, but their journal belay.db is gone"
        case .wrongOwner(let path, let owner, let expected):
            "'\(path)' belongs to user id \(owner), and this is user id \(expected)"
        case .tooOpen(let path, let mode): "'\(path)' may be written by others (mode \(Self.octal(mode)))"
        case .wrongGroup(let path, let group, let expected, let mode):
            "'\(path)' is not shared as configured: its group id is \(group) (configured: \(expected)), "
                + "its mode \(Self.octal(mode))"
        case .symbolicLink(let path): "'\(path)' is a symbolic link"
        case .notADirectory(let path): "'\(path)' is no directory"
        case .unsupportedFilesystem(let path, let kind): "'\(path)' is on \(kind), which cannot keep a journal"
        default: "the journal cannot be used"
        }
    }

    /// What to do about it; nil where the message says it all.
    package var help: String? {
        switch self {
        case .noSuchRun: "'belay runs' lists the runs of this state directory"
        case .runIsClosed: "a closed run never reopens; 'belay rerun' or 'belay rollback' starts a new one"
        case .runIsOpen(let run): "'belay status \(run)' shows what it waits for"
        case .superseded(let run, _), .driven(let run, _):
            "'belay status \(run)' and 'belay logs \(run) -f' show how it goes on"
        case .damaged: "other runs are not affected; 'belay audit' shows how far the damage goes"
        case .locked(let lock):
            "wait for run \(lock.run), or end it: 'belay status \(lock.run)', 'belay resume \(lock.run)', "
                + "'belay cancel \(lock.run)'; as a last resort 'belay locks break \(lock.name) --why …'"
        case .noSuchLock: "'belay locks' lists those that are held"
        case .noJournal: "'belay run RUNBOOK' starts the first one"
        default: fileHelp
        }
    }

    private var fileHelp: String? {
        switch self {
        case .busy: "nothing was written and nothing has failed; try again, and look at that process if it stays"
        case .full: "make room on this filesystem, then 'belay resume'"
        case .readOnly:
            "check the permissions and whether the filesystem is mounted read-only, or name another state directory "
                + "with --state"
        case .corrupt:
            "leave the file as it is, and copy the state directory before anything else; then put a good copy of belay.db back, "
                + "or let sqlite3's '.recover' save what can be read"
        case .notAJournal: "name another state directory with --state, or move the file away"
        case .newer: "use the newer Belay; this one has changed nothing"
        case .openRunsBlockMigration: "close them with the Belay that started them, or use that one"
        case .io: nil
        case .journalGone: "put belay.db back from a copy, or name another state directory with --state"
        case .wrongOwner: "run as its owner, or name another state directory with --state"
        case .tooOpen(let path, _): "chmod go-w '\(path)', after a look at what is in it"
        case .wrongGroup(let path, _, let expected, _):
            "directories: chgrp \(expected) and chmod 2770; files: chgrp \(expected) and chmod 660 ('\(path)')"
        case .symbolicLink: "name the place itself: a link could be turned elsewhere"
        case .notADirectory: "name another state directory with --state"
        case .unsupportedFilesystem(_, let kind):
            kind == "tmpfs"
                ? "it is lost at a reboot; name it with --state if that is meant"
                : "use a local filesystem: ext4, xfs, btrfs, zfs, f2fs or overlay"
        default: nil
        }
    }

    /// The exit code of a command that ends with it.
    package var exitCode: Int32 {
        switch self {
        case .noSuchRun, .noSuchLock: 64
        case .runIsClosed, .runIsOpen: 3
        case .superseded, .driven, .locked: 7
        default: 8
        }
    }

    /// `2026-11-20 10:15:59 UTC`.
    private static func time(_ milliseconds: Int64) -> String { UTCText.of(milliseconds) }

    private static func octal(_ mode: UInt32) -> String { "0" + String(mode, radix: 8) }
    private static func list(_ runs: [RunID]) -> String { runs.map(\.description).joined(separator: ", ") }
}

extension JournalFailure: CustomStringConvertible {
    package var description: String { message }
}
