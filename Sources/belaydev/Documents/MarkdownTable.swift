/// A table as Markdown has it.
struct MarkdownTable {
    let head: [String]
    let rows: [[String]]

    var text: String {
        ([head, head.map { _ in "---" }] + rows)
            .map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }
}

extension String {
    /// The text without what would end a cell of a table.
    var escapedCell: String { split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
}
