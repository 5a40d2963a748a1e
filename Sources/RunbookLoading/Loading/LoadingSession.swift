import Diagnostics
import Expressions
import RunbookModel

/// One load: the root runbook and what it includes, each read, decoded and checked once.
final class LoadingSession: Inclusions {
    private let vocabulary: Vocabulary
    private let searchPaths: [String]
    private let profile: SystemProfile?
    private let provider: SourceProvider
    private(set) var bag = DiagnosticBag()
    /// What was loaded, by name; a value without runbook could not be loaded.
    private var loaded: [RunbookName: (path: String, included: IncludedRunbook?)] = [:]
    private(set) var sources: [PinnedSource] = []
    /// The runbooks that are being decoded, each including the next.
    private var chain: [(name: RunbookName, path: String)] = []
    /// How deep runbooks may include each other.
    private static let depthLimit = 32

    init(vocabulary: Vocabulary, searchPaths: [String], profile: SystemProfile?, provider: SourceProvider) {
        self.vocabulary = vocabulary
        self.searchPaths = searchPaths
        self.profile = profile
        self.provider = provider
    }

    /// The runbooks that the root includes, however indirectly.
    var included: [RunbookName: Runbook] { loaded.compactMapValues { $0.included?.runbook } }

    /// Loads the root runbook.
    func root(at path: String) -> Runbook? {
        do throws(SourceProblem) {
            let bytes = try provider.read(path, SourceCheck.sizeLimit)
            return decode(bytes, at: path, name: RunbookName(FilePath.baseName(path)))?.runbook
        } catch {
            bag.add(.unreadableFile(path, why: error.words))
            return nil
        }
    }

    // MARK: - Inclusion

    func runbook(named name: RunbookName, at span: Span) -> IncludedRunbook? {
        guard RunbookName.isValid(name.text) else { return nil }
        if let start = chain.firstIndex(where: { $0.name == name }) {
            bag.add(.inclusionCycle(chain[start...].map(\.name) + [name], span))
            return nil
        }
        if chain.count > Self.depthLimit {
            bag.add(.includedTooDeeply(name, span, limit: Self.depthLimit))
            return nil
        }
        let directory = FilePath.directory(span.file.name)
        if let known = loaded[name] {
            checkSameFile(name, known.path, from: directory, span)
            return known.included
        }
        guard let (path, bytes) = find(name, from: directory, span) else { return nil }
        let included = decode(bytes, at: path, name: name)
        loaded[name] = (path, included)
        return included
    }

    private func candidates(_ name: RunbookName, from directory: String) -> [String] {
        var paths: [String] = []
        for place in [directory] + searchPaths {
            for suffix in [".yml", ".yaml"] { paths.append(FilePath.join(place, name.text + suffix)) }
        }
        return paths
    }

    private func find(_ name: RunbookName, from directory: String, _ span: Span) -> (String, [UInt8])? {
        let paths = candidates(name, from: directory)
        for path in paths {
            do throws(SourceProblem) {
                return (path, try provider.read(path, SourceCheck.sizeLimit))
            } catch .absent {
                continue
            } catch {
                bag.add(.unreadableFile(path, why: error.words, at: span))
                return nil
            }
        }
        bag.add(.runbookNotFound(name, span, tried: paths.filter { $0.hasSuffix(".yml") }))
        return nil
    }

    /// One name is one file in a run; beside files of different directories it could be two.
    private func checkSameFile(_ name: RunbookName, _ path: String, from directory: String, _ span: Span) {
        guard FilePath.directory(path) != directory else { return }
        let beside = candidates(name, from: directory).prefix(2).first { candidate in
            (try? provider.read(candidate, 0)) != nil
        }
        if let beside, beside != path { bag.add(.ambiguousRunbook(name, span, first: path, second: beside)) }
    }

    // MARK: - One file

    private func decode(_ bytes: [UInt8], at path: String, name: RunbookName) -> IncludedRunbook? {
        let file = SourceFile(name: path, bytes: bytes)
        sources.append(PinnedSource(path: path, file: file))
        guard let root = YAMLReader.read(file, &bag) else { return nil }
        chain.append((name, path))
        defer { chain.removeLast() }
        let context = DecodingContext(vocabulary: vocabulary)
        context.beside = BesideFiles(directory: FilePath.directory(path), provider: provider)
        let decoder = RunbookDecoder(context: context, profile: profile, includes: self)
        let decoded = decoder.decode(root, baseName: FilePath.baseName(path))
        bag.add(contentsOf: context.bag)
        return decoded
    }
}
