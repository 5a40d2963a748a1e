import Expressions
import FoundationEssentials
import RunJournal
import RunMachine
import RunPlan
import RunbookLoading
import RunbookModel

/// Makes a plan again from what a run pinned, and from nothing else.
enum PinnedPlan {
    static func make(_ pinned: Pinned, secretInputs: [String: Value]) throws(ServiceFailure) -> Plan {
        let profile = try profile(pinned)
        let provider = SourceProvider.pinned(pinned.sources.merging(filesBeside(pinned)) { source, _ in source })
        guard let root = rootPath(pinned) else {
            throw .refused(
                "the pinned runbook '\(pinned.runbook)' is missing in the journal", help: "run 'belay audit'")
        }
        let loader = RunbookLoader(
            searchPaths: Array(Set(pinned.sources.keys.map(directory))).sorted(), profile: profile, provider: provider)
        let (loaded, bag) = loader.load(root)
        guard let loaded else { throw .diagnostics(bag) }
        let given: [String: Value]
        do { given = try SecretInputs.restored(pinned.inputs, loaded.root, secretInputs) } catch {
            throw .refused("the pinned inputs cannot be read: \(error)", help: "run 'belay audit'")
        }
        let known = loaded.root.inputs.filter { !$0.isSecret || given[$0.name] != nil }
        let bound = InputBinding.bind(known, given: given) { _ in .null }
        guard case .success(let values) = bound else {
            if case .failure(let problems) = bound { throw .inputs(problems.all) }
            throw .inputs([])
        }
        return Plan(
            runbook: loaded.root, included: loaded.included, inputs: values, system: profile, digest: pinned.digest)
    }

    /// The pinned files under the paths by which loading asks for them: those beside their runbook.
    private static func filesBeside(_ pinned: Pinned) -> [String: [UInt8]] {
        var directories: [String: String] = [:]
        for path in pinned.sources.keys {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            directories[String(file.dropLast(file.hasSuffix(".yaml") ? 5 : 4))] = directory(path)
        }
        var files: [String: [UInt8]] = [:]
        for file in pinned.files {
            let parts = file.path.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let directory = directories[parts[0]] else { continue }
            files[directory.isEmpty ? parts[1] : "\(directory)/\(parts[1])"] = file.bytes
        }
        return files
    }

    private static func profile(_ pinned: Pinned) throws(ServiceFailure) -> SystemProfile? {
        guard let source = pinned.profile else { return nil }
        let provider = SourceProvider.pinned([source.name: source.bytes])
        let (profile, bag) = RunbookLoader(provider: provider).loadProfile(source.name)
        guard let profile else { throw .diagnostics(bag) }
        return profile
    }

    static func rootPath(_ pinned: Pinned) -> String? {
        pinned.sources.keys.first { path in
            let file = path.split(separator: "/").last.map(String.init) ?? path
            return file == "\(pinned.runbook).yml" || file == "\(pinned.runbook).yaml"
        }
    }

    private static func directory(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
}

extension Stored {
    /// Any encodable value as JSON.
    init(encoding value: some Encodable) throws {
        self.init(json: String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    }

    /// The value that the JSON stands for; nil where it is another one.
    package func decoded<Result: Decodable>(_ type: Result.Type) -> Result? {
        try? JSONDecoder().decode(type, from: Data(json.utf8))
    }
}
