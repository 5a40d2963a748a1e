import CSupervisor
import Glibc

/// What can be known about an attempt that somebody else started: never a guess.
package enum AttemptEvidence: Sendable, Equatable {
    /// Its status is to be used; nothing runs again.
    case finished(AttemptResult)
    /// Something of it is, or may be, alive. `supervisor` is set where that lives, and so enforces the deadline.
    case running(supervisor: AttemptStarted?)
    /// Proven: nothing was launched, and nothing can be any more.
    case neverLaunched
    /// Nothing can be said.
    case lost

    /// Everything that the table looks at.
    package struct Facts: Sendable {
        package enum Lock: Sendable, Equatable {
            case ours, held
        }

        /// The attempt file; nil where it is missing.
        package var file: (slots: AttemptSlots, lock: Lock)?
        /// Whether the output files have the digests of a valid result.
        package var digestsFit: Bool
        package var place: Place.Comparison
        /// Only looked at in the same pid namespace.
        package var supervisorIsAlive: Bool
        package var sessionIsAlive: Bool

        package init(
            file: (slots: AttemptSlots, lock: Lock)?, digestsFit: Bool, place: Place.Comparison,
            supervisorIsAlive: Bool, sessionIsAlive: Bool
        ) {
            self.file = file
            self.digestsFit = digestsFit
            self.place = place
            self.supervisorIsAlive = supervisorIsAlive
            self.sessionIsAlive = sessionIsAlive
        }
    }

    /// The table of evidence; the first row that matches wins.
    package static func classify(_ facts: Facts) -> AttemptEvidence {
        let slots = facts.file?.slots
        if let result = slots?.result.record, facts.digestsFit { return .finished(result) }
        let pidsCount = facts.place.samePidNamespace
        if facts.file?.lock == .held || (pidsCount && facts.sessionIsAlive) {
            return .running(supervisor: pidsCount && facts.supervisorIsAlive ? slots?.started.record : nil)
        }
        guard let slots else { return .lost }
        // Somebody proved it before us, under the lock, and wrote it down.
        if slots.void.record != nil && slots.started.isEmpty && slots.result.isEmpty { return .neverLaunched }
        return facts.place.sameBoot && facts.place.sameDirectory && slots.areEmpty ? .neverLaunched : .lost
    }

    /// The paths of one attempt's files.
    package struct Paths: Sendable, Equatable {
        package var attempt: String
        package var stdout: String
        package var stderr: String
        package var output: String

        package init(attempt: String, stdout: String, stderr: String, output: String) {
            self.attempt = attempt
            self.stdout = stdout
            self.stderr = stderr
            self.output = output
        }

        /// Those in the directory of an attempt.
        package init(directory: String) {
            self.init(
                attempt: directory + "/attempt", stdout: directory + "/stdout", stderr: directory + "/stderr",
                output: directory + "/output")
        }
    }

    /// What was found, and the attempt file with whatever lock could be taken; dropping it gives the lock back.
    package struct Finding: Sendable {
        package let evidence: AttemptEvidence
        package let file: AttemptFile?
    }

    /// Looks at an attempt made at `recorded` by a driver that is not there any more, and voids it where it was
    /// never launched. The caller has claimed the run.
    package static func gather(
        _ paths: Paths, recorded: Place, current: Place, processes: ProcessTable = .live
    ) throws -> Finding {
        let place = recorded.compared(with: current)
        guard let file = try open(paths.attempt) else {
            let facts = Facts(
                file: nil, digestsFit: false, place: place, supervisorIsAlive: false, sessionIsAlive: false)
            return Finding(evidence: classify(facts), file: nil)
        }
        // Whoever is looked for in the process table first, then the lock, then the records again: a supervisor that is
        // gone has written its result before, and what it wrote before it let go of the lock is seen.
        var slots = try file.slots()
        var remains: AttemptRemains?
        var members: [HostProcess] = []
        var lock = Facts.Lock.held
        var seen: AttemptSlots.Slot<AttemptStarted>
        repeat {
            seen = slots.started
            remains = seen.record.map { AttemptRemains(session: $0.pid, startTicks: $0.startTicks) }
            members = try place.samePidNamespace ? remains.map(processes.members) ?? [] : []
            lock = try file.lock() ? .ours : .held
            slots = try file.slots()
        } while slots.started != seen
        let evidence = classify(
            Facts(
                file: (slots, lock), digestsFit: slots.result.record.map { paths.digestsFit($0) } ?? false,
                place: place, supervisorIsAlive: members.contains { $0.pid == remains?.session },
                sessionIsAlive: !members.isEmpty))
        if evidence == .neverLaunched && slots.void.isEmpty {
            try file.write(AttemptVoid(token: 0, pid: getpid(), wallTime: HostClock.live.wallTime()))
        }
        return Finding(evidence: evidence, file: file)
    }

    private static func open(_ path: String) throws -> AttemptFile? {
        do {
            return try AttemptFile.open(path)
        } catch let error as SystemError where error.errno == ENOENT {
            return nil
        }
    }
}

extension AttemptEvidence.Paths {
    /// Whether the files begin with exactly what the result says was recorded.
    package func digestsFit(_ result: AttemptResult) -> Bool {
        Self.digestFits(result.stdout, stdout) && Self.digestFits(result.stderr, stderr)
            && Self.digestFits(result.output, output)
    }

    private static func digestFits(_ expected: FileDigest, _ path: String) -> Bool {
        expected.length == 0 || (try? FileDigest.ofFile(path, length: expected.length)) == expected
    }
}

extension FileDigest {
    /// Of a file's first `length` bytes, or of all of it; a file that is missing counts as empty.
    package static func ofFile(_ path: String, length: UInt64? = nil) throws -> FileDigest {
        let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT && (length ?? 0) == 0 { return .empty }
            throw SystemError.last("open \(path)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError.last("examine \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("read \(path)", errno: EINVAL) }
        var digest = belay_digest()
        let error = belay_digest_file(descriptor, length ?? UInt64(status.st_size), &digest)
        guard error == 0 else { throw SystemError("read \(path)", errno: error) }
        return FileDigest(digest)
    }
}
