import Glibc
import RunHost
import RunbookModel

/// Room on the filesystem of a path.
struct DiskCheck: CheckPerformer {
    let kind = "disk"

    func title(_ argument: ArgumentReader) -> String {
        "disk \(argument.shown("path") ?? "") \(argument.comparisons(["free", "used", "inodes_free"]))"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let path = try look.context.path(look.argument.required("path"))
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SystemError.last("examine \(path)") }
        let unit = Double(status.f_frsize)
        let used = Double(status.f_blocks - status.f_bfree)
        // As df(1): shares are of what an ordinary user could fill.
        let whole = max(used + Double(status.f_bavail), 1)
        return try QuantityJudge(argument: look.argument).judge([
            ("free", "free", { Self.bytes(Double(status.f_bavail), of: whole, unit) }),
            ("used", "used", { Self.bytes(used, of: whole, unit) }),
            ("inodes_free", "free inodes", { Self.inodes(status) }),
        ])
    }

    private static func bytes(_ blocks: Double, of whole: Double, _ unit: Double) -> Quantity {
        Quantity(value: blocks * unit, percent: blocks / whole * 100, unit: .bytes)
    }

    /// Filesystems such as btrfs make inodes as they need them, and report none.
    private static func inodes(_ status: statvfs) -> Quantity {
        guard status.f_files > 0 else { return Quantity(value: .infinity, percent: 100, unit: .count) }
        let free = Double(status.f_favail)
        return Quantity(value: free, percent: free / Double(status.f_files) * 100, unit: .count)
    }
}

/// Memory of the host.
struct MemoryCheck: CheckPerformer {
    let kind = "memory"
    /// proc(5).
    private static let source = "/proc/meminfo"

    func title(_ argument: ArgumentReader) -> String {
        "memory " + argument.comparisons(["free", "used", "swap_used"])
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        let figures = figures()
        func figure(_ name: String) throws -> Double {
            guard let figure = figures[name] else { throw ArgumentProblem("\(Self.source) has no \(name)") }
            return figure
        }
        func share(_ part: Double, of whole: Double) -> Quantity {
            Quantity(value: part, percent: whole > 0 ? part / whole * 100 : 0, unit: .bytes)
        }
        return try QuantityJudge(argument: look.argument).judge([
            ("free", "available", { share(try figure("MemAvailable"), of: try figure("MemTotal")) }),
            (
                "used", "used",
                {
                    let total = try figure("MemTotal")
                    return share(total - (try figure("MemAvailable")), of: total)
                }
            ),
            (
                "swap_used", "swap used",
                {
                    let total = try figure("SwapTotal")
                    return share(total - (try figure("SwapFree")), of: total)
                }
            ),
        ])
    }

    /// Bytes by name.
    private func figures() -> [String: Double] {
        var figures: [String: Double] = [:]
        for line in (HostFiles.text(of: Self.source) ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].last == ":", let number = Double(words[1]) else { continue }
            figures[String(words[0].dropLast())] = number * 1_024
        }
        return figures
    }
}

/// Load average of the host.
struct LoadCheck: CheckPerformer {
    let kind = "load"

    func title(_ argument: ArgumentReader) -> String {
        "load " + argument.comparisons(["one", "five", "fifteen"])
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        var averages = [0.0, 0.0, 0.0]
        guard getloadavg(&averages, 3) == 3 else { throw ArgumentProblem("the load is not known") }
        let isPerCPU = try look.argument.bool("per_cpu") ?? false
        let divisor = isPerCPU ? Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) : 1
        let quantities = averages.map { Quantity(value: $0 / divisor, unit: .none) }
        return try QuantityJudge(argument: look.argument).judge([
            ("one", "load of 1 minute", { quantities[0] }), ("five", "load of 5 minutes", { quantities[1] }),
            ("fifteen", "load of 15 minutes", { quantities[2] }),
        ])
    }
}
