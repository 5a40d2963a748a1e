/// Finds out how a file is written.
enum YAMLManner {
    /// A writer in the manner of the first nested parts of a file.
    static func writer(of root: YAMLNode?, in text: [UInt8]) -> YAMLWriter {
        var writer = YAMLWriter()
        writer.lineBreak = text.lineBreak
        var finder = Finder(text: text)
        if let root { finder.visit(root) }
        if let step = finder.step { writer.step = step }
        if let indentsLists = finder.indentsLists { writer.indentsLists = indentsLists }
        return writer
    }

    private struct Finder {
        let text: [UInt8]
        var step: Int?
        var indentsLists: Bool?

        mutating func visit(_ node: YAMLNode) {
            switch node.content {
            case .mapping(let entries, isFlow: false):
                for entry in entries where step == nil || indentsLists == nil {
                    look(at: entry.value, under: text.column(entry.key.start))
                    visit(entry.value)
                }
            case .sequence(let items, isFlow: false):
                for item in items where step == nil || indentsLists == nil { visit(item) }
            default: break
            }
        }

        private mutating func look(at value: YAMLNode, under column: Int) {
            guard value.isBlock, !value.isEmptyScalar else { return }
            let indent = text.column(value.range.lowerBound) - column
            if case .sequence = value.content {
                if indentsLists == nil { indentsLists = indent > 0 }
                if indent > 0, step == nil { step = indent }
            } else if indent > 0, step == nil {
                step = indent
            }
        }
    }
}

extension [UInt8] {
    /// The column of an offset, in characters from 0.
    func column(_ offset: Int) -> Int {
        self[lineStart(offset)..<Swift.min(offset, count)].count { $0 & 0xC0 != 0x80 }
    }
}
