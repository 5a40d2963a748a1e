import CMark
import Diagnostics

/// Makes lines of a parsed document while it is walked through, without recursion: nesting may be as deep as it likes.
struct MarkdownWalker {
    /// A quote or a list item that is open.
    private struct Frame {
        /// What stands before its first line; nil once that is written.
        var first: String?
        /// What stands before its other lines.
        let rest: String
    }

    private struct List {
        let isTight: Bool
        /// Of the next item; nil where they are only marked.
        var number: Int?
    }

    private let style: TextStyle
    private let width: Int
    private(set) var lines: [String] = []
    private var frames: [Frame] = []
    private var lists: [List] = []
    private var inline = InlineText()
    private var looks: [TextStyle.Colour] = []
    /// The texts of the links and images that are open.
    private var linkTexts: [String] = []
    private var needsBlank = false

    init(style: TextStyle, width: Int) {
        self.style = style
        self.width = width
    }

    // MARK: Nodes

    mutating func enter(_ node: OpaquePointer) {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_BLOCK_QUOTE: frames.append(Frame(first: "│ ", rest: "│ "))
        case CMARK_NODE_LIST:
            let isOrdered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
            let number = isOrdered ? Int(cmark_node_get_list_start(node)) : nil
            lists.append(List(isTight: cmark_node_get_list_tight(node) != 0, number: number))
        case CMARK_NODE_ITEM: openItem()
        case CMARK_NODE_CODE_BLOCK: code(literal(node))
        case CMARK_NODE_HTML_BLOCK, CMARK_NODE_CUSTOM_BLOCK: verbatim(literal(node), indent: "", [])
        case CMARK_NODE_THEMATIC_BREAK: block([String(repeating: "─", count: min(room, 40))])
        case CMARK_NODE_HEADING: looks.append(.bold)
        default: enterInline(node)
        }
    }

    private mutating func enterInline(_ node: OpaquePointer) {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_TEXT, CMARK_NODE_HTML_INLINE: add(literal(node))
        case CMARK_NODE_CODE: inlineCode(literal(node))
        case CMARK_NODE_SOFTBREAK: inline.space()
        case CMARK_NODE_LINEBREAK: inline.breakLine()
        case CMARK_NODE_EMPH: looks.append(.italic)
        case CMARK_NODE_STRONG: looks.append(.bold)
        case CMARK_NODE_LINK, CMARK_NODE_IMAGE: linkTexts.append("")
        default: break
        }
    }

    mutating func exit(_ node: OpaquePointer) {
        switch cmark_node_get_type(node) {
        case CMARK_NODE_BLOCK_QUOTE: close()
        case CMARK_NODE_LIST:
            lists.removeLast()
            needsBlank = true
        case CMARK_NODE_ITEM: close()
        case CMARK_NODE_PARAGRAPH: paragraph()
        case CMARK_NODE_HEADING: heading(Int(cmark_node_get_heading_level(node)))
        case CMARK_NODE_EMPH, CMARK_NODE_STRONG: looks.removeLast()
        case CMARK_NODE_LINK, CMARK_NODE_IMAGE: endLink(cmark_node_get_url(node).map { String(cString: $0) } ?? "")
        default: break
        }
    }

    private func literal(_ node: OpaquePointer) -> String {
        cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
    }

    // MARK: Text

    private mutating func add(_ text: String) {
        if !linkTexts.isEmpty { linkTexts[linkTexts.count - 1] += text }
        inline.add(text, looks)
    }

    /// Without colours it keeps its marks, so that one sees what is to be typed.
    private mutating func inlineCode(_ text: String) {
        if !linkTexts.isEmpty { linkTexts[linkTexts.count - 1] += text }
        let shown = style.isColoured ? text : "`\(text)`"
        let fits = DisplayText.columns(of: shown) <= room
        fits ? inline.addWhole(shown, looks + [.cyan]) : inline.add(shown, looks + [.cyan])
    }

    private mutating func endLink(_ url: String) {
        let text = linkTexts.removeLast()
        guard !url.isEmpty, url != text, url != "mailto:" + text else { return }
        inline.space()
        inline.add("(\(url))", looks + [.underlined])
    }

    // MARK: Blocks

    private mutating func paragraph() {
        block(inline.lines(width: room, style))
        inline = InlineText()
        // Inside a list whose items stand close together.
        if let list = lists.last, list.isTight { needsBlank = false }
    }

    private mutating func heading(_ level: Int) {
        looks.removeLast()
        var text = inline.lines(width: room, style)
        inline = InlineText()
        if level <= 2, !style.isColoured {
            let widest = text.map { TextStyle.columns(of: $0) }.max() ?? 0
            text.append(String(repeating: level == 1 ? "=" : "-", count: widest))
        }
        block(text)
    }

    private mutating func code(_ text: String) { verbatim(text, indent: "    ", [.cyan]) }

    /// Lines as they are written: long ones are for the terminal to break, so that they can be copied.
    private mutating func verbatim(_ text: String, indent: String, _ looks: [TextStyle.Colour]) {
        var written = text.split(separator: "\n", omittingEmptySubsequences: false)
        if written.last?.isEmpty == true { written.removeLast() }
        block(written.map { indent + style.paint(DisplayText.escaped(String($0)), looks) })
    }

    private mutating func openItem() {
        var marker = "· "
        if let number = lists.last?.number {
            marker = "\(number). "
            lists[lists.count - 1].number = number &+ 1
        }
        frames.append(Frame(first: marker, rest: DisplayText.padded("", to: DisplayText.columns(of: marker))))
    }

    /// The end of a quote or an item; an empty one is a line with its mark.
    private mutating func close() {
        if frames.last?.first != nil { block([""]) }
        frames.removeLast()
        if let list = lists.last { needsBlank = !list.isTight } else { needsBlank = true }
    }

    // MARK: Lines

    /// What stands before a line may take half of the width; deeper nesting is not shown.
    private var shownFrames: Range<Int> {
        var columns = 0
        for (index, frame) in frames.enumerated() {
            columns += DisplayText.columns(of: frame.rest)
            if columns > width / 2 { return 0..<index }
        }
        return frames.indices
    }

    /// Columns for text.
    private var room: Int {
        max(8, width - shownFrames.reduce(0) { $0 + DisplayText.columns(of: frames[$1].rest) })
    }

    private mutating func block(_ text: [String]) {
        guard !text.isEmpty else { return }
        if needsBlank, !lines.isEmpty {
            let open = shownFrames.filter { frames[$0].first == nil }
            lines.append(Self.trimmed(open.map { frames[$0].rest }.joined()))
        }
        for line in text { lines.append(Self.trimmed(prefix() + line)) }
        needsBlank = true
    }

    private mutating func prefix() -> String {
        let prefix = shownFrames.map { frames[$0].first ?? frames[$0].rest }.joined()
        for index in frames.indices { frames[index].first = nil }
        return prefix
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
