import Glibc
import RunHost
import Testing

@Suite struct AttemptEvidenceTests {
    typealias Facts = AttemptEvidence.Facts

    static let here = Place.Comparison(
        otherMachine: false, sameBoot: true, samePidNamespace: true, sameDirectory: true)
    static let otherNamespace = Place.Comparison(
        otherMachine: false, sameBoot: true, samePidNamespace: false, sameDirectory: true)
    static let otherMount = Place.Comparison(
        otherMachine: false, sameBoot: true, samePidNamespace: true, sameDirectory: false)
    static let rebooted = Place.Comparison(
        otherMachine: false, sameBoot: false, samePidNamespace: false, sameDirectory: true)
    static let elsewhere = Place.Comparison(
        otherMachine: true, sameBoot: false, samePidNamespace: false, sameDirectory: false)
    static let everywhere = [here, otherNamespace, otherMount, rebooted, elsewhere]

    static let void = AttemptVoid(token: 0, pid: 1, wallTime: 2)
    static let started = AttemptStarted(token: 1, pid: 2, startTicks: 3, wallTime: 4, bootTime: 5, deadline: 6)
    static let result = AttemptResult(
        token: 1, ending: .exited(0), pid: 2, startedWallTime: 3, endedWallTime: 4, startedBootTime: 5,
        endedBootTime: 6)

    static func facts(
        _ slots: AttemptSlots?, _ lock: Facts.Lock = .ours, fit: Bool = true, at place: Place.Comparison = here,
        supervisor: Bool = false, session: Bool = false
    ) -> Facts {
        Facts(
            file: slots.map { ($0, lock) }, digestsFit: fit, place: place, supervisorIsAlive: supervisor,
            sessionIsAlive: session)
    }

    static let begun = AttemptSlots(started: .valid(started))
    static let ended = AttemptSlots(started: .valid(started), result: .valid(result))

    @Test(arguments: everywhere, [Facts.Lock.ours, .held])
    func aResultWhoseDigestsFitIsFinishedWhereverAndWhateverElse(place: Place.Comparison, lock: Facts.Lock) {
        for alive in [true, false] {
            let facts = Self.facts(Self.ended, lock, at: place, supervisor: alive, session: alive)
            #expect(AttemptEvidence.classify(facts) == .finished(Self.result))
        }
    }

    @Test(arguments: everywhere)
    func aHeldLockMeansRunningWherever(place: Place.Comparison) {
        for slots in [AttemptSlots(), Self.begun, Self.ended] {
            #expect(
                AttemptEvidence.classify(Self.facts(slots, .held, fit: false, at: place)) == .running(supervisor: nil))
        }
    }

    @Test func aLivingSupervisorIsNamed() {
        let facts = Self.facts(Self.begun, .held, supervisor: true, session: true)
        #expect(AttemptEvidence.classify(facts) == .running(supervisor: Self.started))
    }

    @Test func aLivingSessionMeansRunningOnlyWhereItsPidsMeanTheSame() {
        for (place, evidence) in [
            (Self.here, AttemptEvidence.running(supervisor: nil)), (Self.otherMount, .running(supervisor: nil)),
            (Self.otherNamespace, .lost), (Self.rebooted, .lost), (Self.elsewhere, .lost),
        ] {
            #expect(AttemptEvidence.classify(Self.facts(Self.begun, at: place, session: true)) == evidence)
        }
    }

    @Test func aSupervisorInAnotherPidNamespaceCannotBeAdopted() {
        let facts = Self.facts(Self.begun, .held, at: Self.otherNamespace, supervisor: true, session: true)
        #expect(AttemptEvidence.classify(facts) == .running(supervisor: nil))
    }

    @Test func anEmptyFileProvesOnlyInTheSamePlaceThatNothingWasLaunched() {
        for (place, evidence) in [
            (Self.here, AttemptEvidence.neverLaunched), (Self.otherNamespace, .neverLaunched),
            (Self.otherMount, .lost), (Self.rebooted, .lost), (Self.elsewhere, .lost),
        ] {
            #expect(AttemptEvidence.classify(Self.facts(AttemptSlots(), at: place)) == evidence)
        }
    }

    @Test(arguments: everywhere)
    func aVoidedFileWasNeverLaunchedWherever(place: Place.Comparison) {
        let facts = Self.facts(AttemptSlots(void: .valid(Self.void)), at: place)
        #expect(AttemptEvidence.classify(facts) == .neverLaunched)
    }

    @Test(arguments: everywhere)
    func anythingElseIsLost(place: Place.Comparison) {
        let slots: [AttemptSlots?] = [
            nil, Self.begun, AttemptSlots(started: .torn), AttemptSlots(started: .valid(Self.started), result: .torn),
            AttemptSlots(void: .torn), AttemptSlots(void: .valid(Self.void), started: .torn),
        ]
        for slots in slots { #expect(AttemptEvidence.classify(Self.facts(slots, at: place)) == .lost) }
        #expect(AttemptEvidence.classify(Self.facts(Self.ended, fit: false, at: place)) == .lost)
    }
}

@Suite struct EvidenceGatheringTests {
    let directory = TemporaryDirectory()
    var paths: AttemptEvidence.Paths { AttemptEvidence.Paths(directory: directory.path) }

    private func gather() throws -> AttemptEvidence {
        let place = try Place.current(stateDirectory: directory.path)
        return try AttemptEvidence.gather(paths, recorded: place, current: place).evidence
    }

    @Test func aMissingFileIsLost() throws {
        #expect(try gather() == .lost)
    }

    @Test func anEmptyFileIsVoidedOnceAndStaysNeverLaunched() throws {
        _ = try AttemptFile.preallocate(paths.attempt)
        #expect(try gather() == .neverLaunched)
        let void = try AttemptFile.open(paths.attempt).slots().void
        #expect(void.record?.pid == getpid())
        #expect(try gather() == .neverLaunched)
        #expect(try AttemptFile.open(paths.attempt).slots().void == void)
    }

    @Test func theFindingKeepsTheLock() throws {
        _ = try AttemptFile.preallocate(paths.attempt)
        let place = try Place.current(stateDirectory: directory.path)
        let finding = try AttemptEvidence.gather(paths, recorded: place, current: place)
        #expect(try !AttemptFile.open(paths.attempt).lock())
        withExtendedLifetime(finding) {}
    }

    @Test func anActionInsideADeadDriverIsLostUnlessItsResultIsThere() throws {
        let file = try AttemptFile.preallocate(paths.attempt)
        var result = AttemptResult(
            token: 1, ending: .exited(0), pid: 2, startedWallTime: 3, endedWallTime: 4, startedBootTime: 5,
            endedBootTime: 6)
        // No process has this pid: it is beyond what the kernel gives out.
        try file.write(
            AttemptStarted(token: 1, pid: Int32.max, startTicks: 3, wallTime: 4, bootTime: 5, deadline: nil))
        #expect(try gather() == .lost)
        try HostFiles.writeAtomically(Array("answer".utf8), to: paths.stdout)
        result.stdout = try FileDigest.ofFile(paths.stdout)
        try file.write(result)
        #expect(try gather() == .finished(result))
        try HostFiles.writeAtomically(Array("ans".utf8), to: paths.stdout)
        #expect(try gather() == .lost)
    }
}
