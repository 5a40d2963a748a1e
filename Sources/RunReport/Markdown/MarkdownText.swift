import CMark
import Diagnostics

/// Markdown as lines for a terminal. Nothing of the source can act upon the terminal: every piece of text is escaped.
package enum MarkdownText {
    /// Longer texts are shown as they are written.
    private static let limit = 1 << 17
    /// Longer lines are hard to read.
    private static let widest = 100

    /// The rendered lines, without a newline, wrapped to the width of `style`.
    package static func lines(_ source: String, _ style: TextStyle) -> [String] {
        let width = min(style.width ?? 80, widest)
        guard source.utf8.count <= limit, let document = parsed(source) else {
            return source.split(separator: "\n", omittingEmptySubsequences: false).map {
                DisplayText.escaped(String($0))
            }
        }
        defer { cmark_node_free(document) }
        var walker = MarkdownWalker(style: style, width: width)
        let iterator = cmark_iter_new(document)
        defer { cmark_iter_free(iterator) }
        while true {
            let event = cmark_iter_next(iterator)
            guard event != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { break }
            event == CMARK_EVENT_ENTER ? walker.enter(node) : walker.exit(node)
        }
        return walker.lines
    }

    private static func parsed(_ source: String) -> OpaquePointer? {
        var source = source
        return source.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT)
            }
        }
    }
}
