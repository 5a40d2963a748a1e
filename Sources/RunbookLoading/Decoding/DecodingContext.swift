import Diagnostics
import Expressions
import RunbookModel

/// What the decoders of one file share: where diagnostics go, the vocabulary, and the references met so far.
final class DecodingContext {
    let vocabulary: Vocabulary
    var bag: DiagnosticBag
    /// The services that `service:` accepts; nil where that is not known.
    var services: ServiceNames?
    /// Reads a file beside the one that is decoded; nil where there are none.
    var beside: BesideFiles?
    /// The `steps.X` met since the last call of `takeReferences`.
    private var references: [StepReference] = []

    init(vocabulary: Vocabulary, bag: DiagnosticBag = DiagnosticBag()) {
        self.vocabulary = vocabulary
        self.bag = bag
    }

    /// Reports a diagnostic, which is not even made where it would not be kept: near names take time.
    func add(_ diagnostic: @autoclosure () -> Diagnostic) {
        if bag.isFull { bag.countError() } else { bag.add(diagnostic()) }
    }

    func wrongType(_ node: SyntaxNode, expected: String) {
        if !node.isRefused { add(.wrongType(node, expected: expected)) }
    }

    func note(_ reference: StepReference) { references.append(reference) }

    /// The references met since the last call.
    func takeReferences() -> [StepReference] {
        if references.isEmpty { return [] }
        defer { references.removeAll() }
        return references
    }
}

/// The names that `service:` accepts, and where they are declared.
struct ServiceNames {
    var names: [String]
    var origin: String
}

/// A `steps.X` in an expression or template.
struct StepReference {
    let name: String
    let node: SyntaxNode
    let range: Range<Int>

    var span: Span { node.span(ofText: range) }
}

extension DecodingContext {
    // MARK: - Mappings and lists

    /// The entries of a mapping; an error and nil for anything else.
    func mapping(_ node: SyntaxNode, _ what: String) -> [SyntaxNode.Entry]? {
        if let entries = node.mapping { return entries }
        wrongType(node, expected: what)
        return nil
    }

    /// The items of a list; an error and nil for anything else.
    func list(_ node: SyntaxNode, _ what: String) -> [SyntaxNode]? {
        if let items = node.sequence { return items }
        wrongType(node, expected: what)
        return nil
    }

    /// The items of a list, or the node itself as its only item; nothing for null.
    func oneOrMany(_ node: SyntaxNode) -> [SyntaxNode] {
        node.sequence ?? [node]
    }

    /// Reports the keys of a mapping that are not known.
    func checkKeys(_ node: SyntaxNode, of what: String, _ known: Set<String>) {
        for entry in node.mapping ?? [] where !known.contains(entry.key) {
            add(.unknownKey(entry, of: what, known: known))
        }
    }

    /// The value of a key that must be there.
    func required(_ key: String, in node: SyntaxNode, of what: String) -> SyntaxNode? {
        if let value = node.value(for: key) { return value }
        add(.missingKey(key, in: node, of: what))
        return nil
    }

    /// Reports a service that the profile does not have; the name stands under `name`, or alone.
    func checkService(_ node: SyntaxNode) {
        guard let services, let place = node.scalar == nil ? node.value(for: "name") : node,
            let name = place.scalar?.text, name.templateStart == nil, !services.names.contains(name)
        else { return }
        add(.unknownService(name, place.span, services))
    }
}

/// The files beside a runbook and below it, which a run pins.
struct BesideFiles {
    /// The directory of the runbook; empty for the working directory.
    let directory: String
    let provider: SourceProvider

    /// A file by its path in the runbook.
    func read(_ name: String) throws(SourceProblem) -> SourceFile {
        let path = FilePath.join(directory, name)
        return SourceFile(name: path, bytes: try provider.read(path, SourceCheck.sizeLimit))
    }
}
