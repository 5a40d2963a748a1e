import CSupervisor
import Glibc

/// The file `attempt` of one attempt: its lock says that something may be running, its slots what happened.
///
/// The lock belongs to the open file description, which the supervisor and everything of the command inherit; it is
/// free only when the last of them is gone. Dropping the last reference to this object closes the driver's part of it.
package final class AttemptFile: Sendable {
    package let path: String
    package let descriptor: Int32

    /// Takes a descriptor over, which it closes in the end.
    package init(adopting descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Makes the file with all its room, so that a full disk cannot keep the records from being written.
    package static func preallocate(_ path: String) throws -> AttemptFile {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError.last("create \(path)") }
        let file = AttemptFile(adopting: descriptor, path: path)
        let error = posix_fallocate(descriptor, 0, off_t(BELAY_ATTEMPT_SIZE))
        guard error == 0 else { throw SystemError("allocate \(path)", errno: error) }
        return file
    }

    /// Opens an existing file.
    package static func open(_ path: String) throws -> AttemptFile {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        return AttemptFile(adopting: descriptor, path: path)
    }

    /// Takes the lock; false while a supervisor, a command or another driver holds it.
    package func lock() throws -> Bool {
        if try tryLock() { return true }
        // A fork server has, while it starts, copies of all descriptors of this process, and so of this lock.
        return try ForkServer.whileNoneStarts { try tryLock() }
    }

    /// Takes the lock before a launch, or before an action inside the driver. False: somebody else holds it, or has
    /// written there already, and nothing may be started.
    package func lockForStart() throws -> Bool {
        try lock() && slots().areEmpty
    }

    private func tryLock() throws -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw SystemError.last("lock \(path)") }
        }
        return true
    }

    /// Calls `handler` once the lock has become free and is ours; on a thread of its own, which keeps this object.
    package func whenReleased(_ handler: @escaping @Sendable () -> Void) throws {
        try WorkerThread.start(name: "attempt-lock") { [self] in
            while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
            handler()
        }
    }

    /// What the slots say.
    package func slots() throws -> AttemptSlots {
        AttemptSlots(
            void: try read(BELAY_SLOT_VOID, as: belay_void()).map(AttemptVoid.init),
            started: try read(BELAY_SLOT_STARTED, as: belay_started()).map(AttemptStarted.init),
            result: try read(BELAY_SLOT_RESULT, as: belay_result()).map(AttemptResult.init))
    }

    /// Forbids any launch from this file; only under its lock, and only where it is empty.
    package func write(_ void: AttemptVoid) throws { try write(BELAY_SLOT_VOID, void.record) }

    /// For an action inside the driver, before its first effect and under the lock.
    package func write(_ started: AttemptStarted) throws { try write(BELAY_SLOT_STARTED, started.record) }

    /// For an action inside the driver, after its last effect and under the lock.
    package func write(_ result: AttemptResult) throws { try write(BELAY_SLOT_RESULT, result.record) }

    private func read<Record: BitwiseCopyable>(_ slot: belay_slot, as empty: Record) throws -> AttemptSlots.Slot<Record>
    {
        var record = empty
        var state = BELAY_SLOT_EMPTY
        let error = withUnsafeMutableBytes(of: &record) {
            belay_slot_read(descriptor, slot, $0.baseAddress, UInt32($0.count), &state)
        }
        guard error == 0 else { throw SystemError("read \(path)", errno: error) }
        return switch state {
        case BELAY_SLOT_EMPTY: .empty
        case BELAY_SLOT_VALID: .valid(record)
        default: .torn
        }
    }

    private func write<Record: BitwiseCopyable>(_ slot: belay_slot, _ record: Record) throws {
        let error = withUnsafeBytes(of: record) {
            belay_slot_write(descriptor, slot, $0.baseAddress, UInt32($0.count))
        }
        guard error == 0 else { throw SystemError("write \(path)", errno: error) }
    }
}

/// The three slots of an attempt file.
package struct AttemptSlots: Sendable, Equatable {
    package enum Slot<Record> {
        case empty
        case valid(Record)
        /// Neither zero nor of a fitting checksum: cut short by a crash of the machine.
        case torn

        package var record: Record? {
            if case .valid(let record) = self { record } else { nil }
        }

        package var isEmpty: Bool {
            if case .empty = self { true } else { false }
        }

        func map<Other>(_ transform: (Record) -> Other) -> Slot<Other> {
            switch self {
            case .empty: .empty
            case .valid(let record): .valid(transform(record))
            case .torn: .torn
            }
        }
    }

    package var void: Slot<AttemptVoid>
    package var started: Slot<AttemptStarted>
    package var result: Slot<AttemptResult>

    package init(
        void: Slot<AttemptVoid> = .empty, started: Slot<AttemptStarted> = .empty, result: Slot<AttemptResult> = .empty
    ) {
        self.void = void
        self.started = started
        self.result = result
    }

    /// Nothing was ever written, not even partly.
    package var areEmpty: Bool { void.isEmpty && started.isEmpty && result.isEmpty }
}

extension AttemptSlots.Slot: Sendable where Record: Sendable {}
extension AttemptSlots.Slot: Equatable where Record: Equatable {}
