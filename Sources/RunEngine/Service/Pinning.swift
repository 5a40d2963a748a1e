import Expressions
import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan
import RunbookLoading
import RunbookModel

/// Collects what a run pins when it starts, and gives it back when it goes on.
enum Pinning {
    /// The most that `files:` and scripts may weigh, in bytes.
    static let limit = 64 << 20

    /// The files that the runbooks name, with their bytes.
    ///
    /// Errors: `ServiceFailure.refused` for a file that is missing, unreadable or outside its runbook's directory.
    static func files(_ loaded: LoadedRunbook, _ directories: [RunbookName: String]) throws(ServiceFailure)
        -> [Pinned.File]
    {
        var files: [String: Pinned.File] = [:]
        for runbook in [loaded.root] + loaded.included.values {
            guard let base = directories[runbook.name] else { continue }
            for name in Set(runbook.files.map(\.value) + ScriptFiles.named(in: runbook)).sorted() {
                guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                    throw .refused(
                        "runbook '\(runbook.name)' names the file '\(name)', which is outside its directory",
                        help: "files that a run pins lie beside the runbook or below it")
                }
                try collect(name, in: base, prefix: runbook.name.text, &files)
            }
        }
        let total = files.values.reduce(0) { $0 + $1.bytes.count }
        guard total <= limit else {
            throw .refused(
                "the files that the runbook pins weigh \(SizeText.render(Int64(total)))",
                help: "at most \(SizeText.render(Int64(limit))) are pinned; name fewer under `files:`")
        }
        return files.values.sorted { $0.path < $1.path }
    }

    private static func collect(
        _ name: String, in base: String, prefix: String, _ files: inout [String: Pinned.File]
    ) throws(ServiceFailure) {
        let relative = name.hasSuffix("/") ? String(name.dropLast()) : name
        let path = "\(base)/\(relative)"
        do {
            let status = try HostFiles.status(of: path)
            if status.st_mode & S_IFMT == S_IFDIR {
                for entry in HostFiles.names(in: path).sorted() {
                    try collect("\(relative)/\(entry)", in: base, prefix: prefix, &files)
                }
                return
            }
            let key = "\(prefix)/\(relative)"
            files[key] = Pinned.File(
                path: key, mode: UInt32(status.st_mode & 0o777), bytes: try HostFiles.read(path, limit: limit))
        } catch {
            throw ServiceFailure(of: error) { "the file '\(path)' that the runbook names cannot be read: \($0)" }
        }
    }

    /// Names everything that determines a plan.
    static func digest(
        _ sources: [String: [UInt8]], _ inputs: String, _ profile: Pinned.Source?, _ files: [Pinned.File]
    ) -> String {
        var parts: [[UInt8]] = []
        func add(_ name: String, _ bytes: [UInt8]) {
            parts.append(Array("\(name.utf8.count):\(name):\(bytes.count):".utf8))
            parts.append(bytes)
        }
        for (name, bytes) in sources.sorted(by: { $0.key < $1.key }) { add(name, bytes) }
        add("inputs", Array(inputs.utf8))
        add("profile", profile?.bytes ?? [])
        for file in files { add("\(file.path) \(file.mode)", file.bytes) }
        return Digest.sha256(parts)
    }

    /// Puts the pinned files where steps find them (`$BELAY_FILES`); only what is missing or different is written.
    static func materialize(_ files: [Pinned.File], in directory: String) throws {
        let target = directory + "/files"
        guard !files.isEmpty else { return }
        guard access(target, F_OK) != 0 else { return try repair(files, in: target) }
        let fresh = target + ".new"
        try HostFiles.makeDirectories(fresh)
        for file in files {
            let path = "\(fresh)/\(file.path)"
            try HostFiles.makeDirectories(HostFiles.parent(of: path), mode: 0o755)
            try HostFiles.writeAtomically(file.bytes, to: path, mode: mode_t(file.mode))
        }
        chmod(fresh, 0o755)
        guard rename(fresh, target) == 0 else { throw SystemError.last("rename \(fresh)") }
        try HostFiles.syncDirectory(directory)
    }

    /// After the run has moved to changed files. What is no longer pinned stays: a step in flight may use it.
    private static func repair(_ files: [Pinned.File], in target: String) throws {
        for file in files {
            let path = "\(target)/\(file.path)"
            guard (try? HostFiles.read(path, limit: limit)) != file.bytes else { continue }
            try HostFiles.makeDirectories(HostFiles.parent(of: path), mode: 0o755)
            try HostFiles.writeAtomically(file.bytes, to: path, mode: mode_t(file.mode))
        }
    }

    /// The directory of each runbook, from the paths of its sources.
    static func directories(_ sources: some Sequence<String>, workingDirectory: String) -> [RunbookName: String] {
        var result: [RunbookName: String] = [:]
        for path in sources {
            let full = Workspace.absolute(path, workingDirectory)
            let file = full.split(separator: "/").last.map(String.init) ?? full
            let name = file.hasSuffix(".yaml") ? file.dropLast(5) : file.dropLast(4)
            result[RunbookName(String(name))] = HostFiles.parent(of: full)
        }
        return result
    }
}

extension PinnedContext {
    /// The surroundings that a run pins.
    init(_ pinned: Pinned, startedAt: Int64, user: String, host: String) {
        var facts = ValueMap()
        if case .map(let map)? = try? JSONText.parse(pinned.facts) { facts = map }
        self.init(
            environment: pinned.environment,
            directories: Pinning.directories(pinned.sources.keys, workingDirectory: pinned.workingDirectory),
            facts: facts, startedAt: startedAt, user: user, host: host)
    }
}
