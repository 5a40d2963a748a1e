import CSupervisor

// Between the records and their form in the attempt file.

extension AttemptVoid {
    init(_ record: belay_void) {
        self.init(token: record.token, pid: record.pid, wallTime: record.wall_ns)
    }

    var record: belay_void { belay_void(token: token, wall_ns: wallTime, pid: pid, reserved: 0) }
}

extension AttemptStarted {
    init(_ record: belay_started) {
        self.init(
            token: record.token, pid: record.pid, startTicks: record.start_ticks, wallTime: record.wall_ns,
            bootTime: record.boot_ns, deadline: record.deadline_boot_ns == 0 ? nil : record.deadline_boot_ns)
    }

    var record: belay_started {
        belay_started(
            token: token, start_ticks: startTicks, wall_ns: wallTime, boot_ns: bootTime,
            deadline_boot_ns: deadline ?? 0, pid: pid, reserved: 0)
    }
}

extension FileDigest {
    init(_ record: belay_digest) {
        self.init(length: record.length, sha256: withUnsafeBytes(of: record.sha256) { Array($0) })
    }

    var record: belay_digest {
        var record = belay_digest()
        record.length = length
        withUnsafeMutableBytes(of: &record.sha256) { $0.copyBytes(from: sha256.prefix($0.count)) }
        return record
    }
}

extension AttemptResult.Ending {
    /// From a status of wait(2).
    package init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited(waitStatus >> 8 & 0xff) : .signalled(signal, coreDumped: waitStatus & 0x80 != 0)
    }

    fileprivate var waitStatus: Int32 {
        switch self {
        case .exited(let code): (code & 0xff) << 8
        case .signalled(let signal, let coreDumped): signal | (coreDumped ? 0x80 : 0)
        case .notSpawned: 127 << 8
        }
    }
}

extension AttemptResult {
    init(_ record: belay_result) {
        let failure = SpawnFailure.Stage(rawValue: record.spawn_stage)
            .map { SpawnFailure(stage: $0, errno: record.spawn_errno) }
        self.init(
            token: record.token, ending: failure.map(Ending.notSpawned) ?? Ending(waitStatus: record.wait_status),
            pid: record.pid, startedWallTime: record.started_wall_ns, endedWallTime: record.ended_wall_ns,
            startedBootTime: record.started_boot_ns, endedBootTime: record.ended_boot_ns)
        endedBy =
            switch belay_ended_by(rawValue: record.ended_by) {
            case BELAY_ENDED_TIMEOUT: .timeout
            case BELAY_ENDED_REQUEST: .request
            default: .itself
            }
        commandPid = record.command_pid == 0 ? nil : record.command_pid
        maxResidentSize = record.max_rss_kib
        stdout = FileDigest(record.digests.0)
        stderr = FileDigest(record.digests.1)
        output = FileDigest(record.digests.2)
        stdoutTruncated = record.truncated & 1 != 0
        stderrTruncated = record.truncated & 2 != 0
        outputErrno = record.output_errno
    }

    var record: belay_result {
        var record = belay_result()
        record.token = token
        record.started_wall_ns = startedWallTime
        record.ended_wall_ns = endedWallTime
        record.started_boot_ns = startedBootTime
        record.ended_boot_ns = endedBootTime
        record.max_rss_kib = maxResidentSize
        record.pid = pid
        record.command_pid = commandPid ?? 0
        record.wait_status = ending.waitStatus
        if case .notSpawned(let failure) = ending {
            record.spawn_errno = failure.errno
            record.spawn_stage = failure.stage.rawValue
        }
        record.ended_by =
            switch endedBy {
            case .itself: BELAY_ENDED_ITSELF.rawValue
            case .timeout: BELAY_ENDED_TIMEOUT.rawValue
            case .request: BELAY_ENDED_REQUEST.rawValue
            }
        record.truncated = (stdoutTruncated ? 1 : 0) | (stderrTruncated ? 2 : 0)
        record.output_errno = outputErrno
        record.digests = (stdout.record, stderr.record, output.record)
        return record
    }
}
