import Glibc
import RunHost
import RunMachine
import RunbookModel

extension EngineHost {
    /// The real host.
    package static func live(_ server: ForkServer, _ configuration: Configuration) -> EngineHost {
        let identity = Identity.current()
        return EngineHost(
            clock: .live, processes: .live, launcher: Launcher(server), http: .live, configuration: configuration,
            executable: executablePath(), actor: Actor(identity), host: identity.host,
            random: { UInt64.random(in: .min ... .max) }, sync: { Glibc.sync() }, crashPoint: CrashPoints.live)
    }

    /// The file of this program; the name by which it is called where that is not known.
    static func executablePath() -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : "belay"
    }
}

extension Actor {
    package init(_ identity: Identity) {
        self.init(user: identity.actor, uid: identity.uid, loginUID: identity.loginUID)
    }
}

/// Places where tests let the driver die, as a power cut would: `BELAY_CRASH_AT=driver.after_commit#3`.
enum CrashPoints {
    private struct Plan: Sendable {
        let point: String
        let occurrence: Int
    }

    /// Dies with SIGKILL at the named point, the n-th time that it is reached; else does nothing.
    static let live: @Sendable (String) -> Void = {
        guard let text = getenv("BELAY_CRASH_AT").map({ String(cString: $0) }) else { return { _ in } }
        let parts = text.split(separator: "#")
        let plan = Plan(point: String(parts.first ?? ""), occurrence: parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        let counter = Counter()
        return { point in
            guard point == plan.point, counter.next() == plan.occurrence else { return }
            kill(getpid(), SIGKILL)
        }
    }()
}
