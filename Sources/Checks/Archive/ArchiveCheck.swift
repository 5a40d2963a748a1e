import Expressions
import RunHost
import RunbookModel

/// An archive is there, whole, and young enough: every byte of it is read.
struct ArchiveCheck: CheckPerformer {
    let kind = "archive"

    func title(_ argument: ArgumentReader) -> String {
        "archive \(argument.shown("path") ?? "")"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let argument = look.argument
        let path = try look.context.path(argument.required("path"))
        do {
            guard try HostFiles.status(of: path).st_size > 0 else { return CheckFinding(.notMet, "it is empty") }
        } catch let error as SystemError where error.meansAbsent {
            return CheckFinding(.notMet, "it is not there")
        }
        let order: Value = ["from": .string(path), "verify": .string(try argument.text("verify") ?? "manifest")]
        switch ArchiveCommand(look.context, timeout: look.timeout).run("verify", order) {
        case .done(let found): return try judge(found, argument, now: look.context.clock.wall())
        case .failed(let reason): return CheckFinding(.notMet, reason)
        case .timedOut:
            return CheckFinding(.inconclusive, "not read to its end within \(DurationText.render(look.timeout))")
        case .interrupted: return .interrupted
        }
    }

    private func judge(_ found: Value, _ argument: ArgumentReader, now: Int64) throws -> CheckFinding {
        let files = found["files"]?.asInt ?? 0
        let size = SizeText.render(found["bytes"]?.asInt ?? 0)
        guard let limit = try argument.duration("max_age") else {
            return CheckFinding(.met, "whole: \(files) files, \(size)", value: .int(files), unit: "files")
        }
        guard let created = found["created"]?.asInt else {
            return CheckFinding(.inconclusive, "it does not say when it was made")
        }
        let age = Duration.milliseconds(max(0, now - created))
        let words = "made \(DurationText.render(.seconds(age.components.seconds))) ago"
        guard age <= limit else { return CheckFinding(.notMet, words) }
        return CheckFinding(.met, "whole: \(files) files, \(size), \(words)", value: .int(files), unit: "files")
    }
}

extension SystemError {
    /// Whether there is no such file.
    var meansAbsent: Bool { errno == 2 || errno == 20 }
}
