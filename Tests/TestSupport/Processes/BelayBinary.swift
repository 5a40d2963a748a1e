import Glibc
import RunHost

/// The built `belay`, driven as a person drives it, in a scratch directory of its own.
package struct BelayBinary: Sendable {
    /// Beside the tests, as the package manager builds it.
    package static let products: String = {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        return HostFiles.parent(of: String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }()

    package let scratch: ScratchDirectory
    package var environment: [String: String]

    package init(in scratch: ScratchDirectory) {
        self.scratch = scratch
        environment = [
            "PATH": "\(Self.products):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": scratch.path,
            "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no", "BELAY_STATE": scratch.file("state"),
        ]
    }

    package var state: String { scratch.file("state") }
    /// What every command printed.
    package var output: String { scratch.text("output") }

    // MARK: Commands

    package func run(_ runbook: String, _ inputs: [String: String], crashAt: String? = nil) throws -> Spawned.End {
        try startRun(runbook, inputs, crashAt: crashAt).wait()
    }

    package func startRun(_ runbook: String, _ inputs: [String: String], crashAt: String? = nil) throws -> Spawned {
        let pairs = inputs.sorted { $0.key < $1.key }.flatMap { ["-i", "\($0.key)=\($0.value)"] }
        return try start(["run", runbook, "--yes"] + pairs, crashAt: crashAt)
    }

    package func resume(_ run: Int = 1, crashAt: String? = nil) throws -> Spawned.End {
        try start(["resume", "\(run)"], crashAt: crashAt).wait()
    }

    /// A person's choice, and the way on.
    package func decide(_ run: Int = 1, _ choice: String, step: String?) throws -> Spawned.End {
        try startDecision(run, choice, step: step).wait()
    }

    package func startDecision(_ run: Int = 1, _ choice: String, step: String?) throws -> Spawned {
        let about = step.map { [$0, choice] } ?? [choice]
        _ = try start(["decide", "\(run)"] + about + ["--why", "a test"]).wait()
        return try start(["resume", "\(run)"])
    }

    package func start(_ arguments: [String], crashAt: String? = nil) throws -> Spawned {
        var environment = environment
        environment["BELAY_CRASH_AT"] = crashAt
        return try Spawned(
            ["\(Self.products)/belay"] + arguments, environment: environment, directory: scratch.path,
            output: scratch.file("output"))
    }
}
