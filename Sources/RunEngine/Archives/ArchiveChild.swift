import Expressions
import Glibc
import RunHost

/// What the work on archives needs of its surroundings.
package struct ArchiveHost: Sendable {
    /// Milliseconds since 1970.
    let now: Int64
    /// The path of this executable.
    let executable: String
    /// Runs a program to its end.
    let runChild: Protector.RunChild
    /// Where tests let the process die.
    let crashPoint: @Sendable (String) -> Void

    package init(
        now: Int64, executable: String, runChild: @escaping Protector.RunChild,
        crashPoint: @escaping @Sendable (String) -> Void
    ) {
        self.now = now
        self.executable = executable
        self.runChild = runChild
        self.crashPoint = crashPoint
    }
}

/// The hidden command `__archive`: makes, verifies and restores archives in a process of its own, which can be ended at
/// any moment.
///
/// The order comes as JSON on the standard input, the result goes as JSON to the standard output.
package enum ArchiveChild {
    /// `backup`, `unbackup`, `restore`, `unrestore` or `verify`; returns the exit status.
    package static func main(_ arguments: [String]) -> Int32 {
        let host = ArchiveHost(
            now: Int64(time(nil)) * 1_000, executable: EngineHost.executablePath(), runChild: Self.run,
            crashPoint: CrashPoints.live)
        let (exit, result) = perform(arguments.first ?? "", standardInput(), host)
        try? HostFiles.write(result.jsonBytes(), to: STDOUT_FILENO, path: "standard output")
        return exit
    }

    /// What `main` does with an order, with what it would print.
    package static func perform(
        _ operation: String, _ order: [UInt8], _ host: ArchiveHost
    ) -> (exit: Int32, result: Value) {
        do {
            return (0, try perform(operation, JSONText.parse(order), host))
        } catch {
            let failure = ArchiveFailure(error)
            var map: ValueMap = ["error": .string(failure.message)]
            if let help = failure.help { map["help"] = .string(help) }
            return (1, .map(map))
        }
    }

    private static func perform(_ operation: String, _ order: Value, _ host: ArchiveHost) throws -> Value {
        switch operation {
        case "backup": return try BackupJob(order, host).perform()
        case "unbackup":
            try BackupJob(order, host).undo()
            return ["notes": []]
        case "restore": return try RestoreJob(order, host).perform()
        case "unrestore": return try RestoreJob(order, host).undo()
        case "verify": return try verify(order)
        default: throw ArchiveFailure("there is no operation '\(operation)'")
        }
    }

    private static func verify(_ order: Value) throws -> Value {
        let path = order["from"]?.asString ?? ""
        let demand = order["verify"]?.asString.flatMap(ArchiveScan.Demand.init) ?? .manifest
        let contents = try ArchiveScan.read(path, demanding: demand)
        var result: ValueMap = [
            "files": .int(Int64(contents.files)), "bytes": .int(contents.bytes),
            "has_manifest": .bool(contents.hasManifest),
        ]
        if let header = contents.header { result["created"] = .int(header.created) }
        return .map(result)
    }

    private static func standardInput() -> [UInt8] { (try? HostFiles.read("/dev/stdin", limit: 64 << 20)) ?? [] }

    @Sendable private static func run(_ words: [String]) throws -> Protector.ChildOutcome {
        let environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]
        let (status, output) = try ShortCommand.run(
            ["sh", "-c", "exec \"$@\" 2>&1", "sh"] + words, environment: environment)
        return Protector.ChildOutcome(exit: status, stderr: String(decoding: output, as: UTF8.self))
    }
}
