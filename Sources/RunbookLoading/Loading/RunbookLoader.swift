import Diagnostics
import Expressions
import RunbookModel

/// A runbook with everything that it includes, checked: what a plan is made from.
package struct LoadedRunbook: Sendable {
    package let root: Runbook
    /// The runbooks it includes, however indirectly, by name.
    package let included: [RunbookName: Runbook]
    /// Every file that was read, the root first; loading again from these alone gives the same.
    package let sources: [PinnedSource]
    /// Warnings; there are no errors.
    package let diagnostics: DiagnosticBag
}

/// A file that was read, under the path by which it was found.
package struct PinnedSource: Sendable {
    package let path: String
    package let file: SourceFile
}

/// Reads, decodes and checks runbooks, profiles and configuration.
package struct RunbookLoader: Sendable {
    package var vocabulary: Vocabulary
    /// Directories in which included runbooks are looked for, after that of the including file.
    package var searchPaths: [String]
    /// The system that the runbook is for, where it is known.
    package var profile: SystemProfile?
    package var provider: SourceProvider

    package init(
        vocabulary: Vocabulary = .standard, searchPaths: [String] = [], profile: SystemProfile? = nil,
        provider: SourceProvider = .disk
    ) {
        self.vocabulary = vocabulary
        self.searchPaths = searchPaths
        self.profile = profile
        self.provider = provider
    }

    /// Loads a runbook and all that it includes; nil where there are errors, all of which are in the bag.
    package func load(_ path: String) -> (runbook: LoadedRunbook?, diagnostics: DiagnosticBag) {
        let session = LoadingSession(
            vocabulary: vocabulary, searchPaths: searchPaths, profile: profile, provider: provider)
        let root = session.root(at: path)
        guard let root, !session.bag.hasErrors else { return (nil, session.bag) }
        let loaded = LoadedRunbook(
            root: root, included: session.included, sources: session.sources, diagnostics: session.bag)
        return (loaded, session.bag)
    }

    /// The path of a runbook that is named by its path or by its name; nil where there is none.
    package func find(_ runbook: String) -> String? {
        if runbook.contains("/") || runbook.hasSuffix(".yml") || runbook.hasSuffix(".yaml") { return runbook }
        let candidates = searchPaths.flatMap { directory in
            [".yml", ".yaml"].map { FilePath.join(directory, runbook + $0) }
        }
        return candidates.first { (try? provider.read($0, 0)) != nil }
    }

    /// Loads a system profile; nil where there are errors.
    package func loadProfile(_ path: String) -> (profile: SystemProfile?, diagnostics: DiagnosticBag) {
        read(path) { context, root in
            ProfileDecoder(context: context).decode(root, baseName: FilePath.baseName(path))
        }
    }

    /// Loads a file of runbook tests; nil where there are errors.
    package func loadTests(_ path: String) -> (tests: RunbookTestFile?, diagnostics: DiagnosticBag) {
        read(path) { context, root in TestFileDecoder(context: context).decode(root) }
    }

    /// Loads `belay.yml`; nil where there are errors.
    package func loadConfiguration(_ path: String) -> (configuration: Configuration?, diagnostics: DiagnosticBag) {
        read(path) { context, root in
            ConfigurationDecoder(context: context).decode(root, directory: FilePath.directory(path))
        }
    }

    /// Reads a file of input values (`-f values.yml`), a mapping; nil where there are errors.
    package func loadValues(_ path: String) -> (values: ValueMap?, diagnostics: DiagnosticBag) {
        read(path) { context, root in
            context.mapping(root, "a mapping of inputs").map { entries in
                ValueMap(entries.map { ($0.key, Value($0.value)) })
            }
        }
    }

    private func read<Result>(
        _ path: String, _ decode: (DecodingContext, SyntaxNode) -> Result?
    ) -> (Result?, DiagnosticBag) {
        var bag = DiagnosticBag()
        do throws(SourceProblem) {
            let file = SourceFile(name: path, bytes: try provider.read(path, SourceCheck.sizeLimit))
            guard let root = YAMLReader.read(file, &bag) else { return (nil, bag) }
            let context = DecodingContext(vocabulary: vocabulary, bag: bag)
            let result = decode(context, root)
            return (context.bag.hasErrors ? nil : result, context.bag)
        } catch {
            bag.add(.unreadableFile(path, why: error.words))
            return (nil, bag)
        }
    }
}
