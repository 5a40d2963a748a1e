import Glibc
import RunHost
import RunbookModel

/// A TCP port accepts connections.
struct TCPCheck: CheckPerformer {
    let kind = "tcp"

    func title(_ argument: ArgumentReader) -> String {
        "tcp \(argument.shown("host") ?? "localhost"):\(argument.shown("port") ?? "")"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let host = try look.argument.text("host") ?? "localhost"
        guard let port = try look.argument.int("port") else { throw ArgumentProblem("'port' is missing") }
        let timeout = min(look.timeout, try look.argument.duration("within") ?? look.timeout)
        switch TCPProbe(timeout: timeout, cancellation: look.context.cancellation).connect(host, port: Int(port)) {
        case .connected(let descriptor):
            close(descriptor)
            return CheckFinding(.met, "accepts connections")
        case .answered(let text): return CheckFinding(.notMet, text)
        case .neverAsked(let text): return CheckFinding(.inconclusive, text)
        }
    }
}
