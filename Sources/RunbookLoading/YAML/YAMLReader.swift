import Diagnostics

/// Reads one YAML document into located nodes, within bounds on size, depth and aliases.
package enum YAMLReader {
    /// The document in the file; nil where it cannot be read, with the reasons in the bag.
    package static func read(_ file: SourceFile, _ bag: inout DiagnosticBag) -> SyntaxNode? {
        guard let start = SourceCheck.textStart(of: file, &bag) else { return nil }
        return file.bytes.withUnsafeBufferPointer { bytes in
            let events = YAMLEvents(UnsafeBufferPointer(rebasing: bytes[start...]), base: start)
            let composer = YAMLComposer(file: file, events: events)
            let root = composer.document()
            bag.add(contentsOf: composer.bag)
            return root
        }
    }
}
