import FoundationEssentials

/// Diagnostics as data: what `--output json` prints, and what the text is made from.
///
/// Lines and columns start at 1; columns count Unicode scalars. New fields may be added within a version; a change of
/// meaning raises `version`.
package struct DiagnosticReport: Hashable, Sendable, Codable {
    package var version = 1
    package var errors: Int
    package var warnings: Int
    /// How many further diagnostics are not listed.
    package var omitted: Int
    package var diagnostics: [Item]

    package struct Item: Hashable, Sendable, Codable {
        /// For example `R203`; `belay explain` has a page for it.
        package var code: String
        package var severity: Diagnostic.Severity
        package var message: String
        /// The primary place first; empty where no file is to blame.
        package var locations: [Location]
        package var notes: [String]
        package var help: [String]
    }

    package struct Location: Hashable, Sendable, Codable {
        package var file: String
        package var line: Int
        package var column: Int
        package var endLine: Int
        /// The column after the last one.
        package var endColumn: Int
        package var label: String
        package var excerpt: Excerpt
    }

    /// The first line of a location; a long one is cut around the span.
    package struct Excerpt: Hashable, Sendable, Codable {
        package var text: String
        /// The column of the first character of `text`; more than 1 where the start of the line was cut.
        package var column: Int
        /// Whether the end of the line was cut.
        package var isCut: Bool
        /// How many characters of `text` the span covers; 0 for a point.
        package var length: Int
    }

    /// The report of a bag, of which the first `limit` diagnostics are listed.
    package init(_ bag: DiagnosticBag, limit: Int = 100) {
        let listed = bag.diagnostics.prefix(limit)
        errors = bag.errorCount
        warnings = bag.warningCount
        omitted = bag.errorCount + bag.warningCount - listed.count
        diagnostics = listed.map(Item.init)
    }

    /// The report as one JSON document with sorted keys and a newline at its end.
    package func json() -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let data = try? encoder.encode(self)
        return data.map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }
}

extension DiagnosticReport.Item {
    init(_ diagnostic: Diagnostic) {
        code = diagnostic.code.id
        severity = diagnostic.severity
        message = diagnostic.message
        let primary = diagnostic.span.map { [Diagnostic.Label($0, diagnostic.label)] } ?? []
        locations = (primary + diagnostic.context).map(DiagnosticReport.Location.init)
        notes = diagnostic.notes
        help = diagnostic.help
    }
}

extension DiagnosticReport.Location {
    init(_ label: Diagnostic.Label) {
        let start = label.span.position
        let end = label.span.endPosition
        file = label.span.file.name
        line = start.line
        column = start.column
        endLine = end.line
        endColumn = end.column
        self.label = label.text
        excerpt = DiagnosticReport.Excerpt(label.span, start: start)
    }
}

extension DiagnosticReport.Excerpt {
    /// How many characters of a line are shown at most, and how many of them stand before a far span.
    private static let width = 160
    private static let lead = 40

    init(_ span: Span, start: SourceFile.Position) {
        let line = span.file.lineRange(start.line)
        let window = Self.window(of: line, around: span)
        let skipped = window.lowerBound == line.lowerBound ? 0 : span.file.position(at: window.lowerBound).column - 1
        let scalars = Array(span.file.text(in: window).unicodeScalars)
        let covered = span.file.text(in: span.range.clamped(to: window)).unicodeScalars.count
        let spanStart = min(start.column - 1 - skipped, scalars.count)
        let needsCut = skipped > 0 || (scalars.count > Self.width && spanStart + covered > Self.width - Self.lead)
        let first = needsCut ? max(0, spanStart - Self.lead) : 0
        let shown = scalars[first..<min(scalars.count, first + Self.width)]
        text = String(String.UnicodeScalarView(shown))
        column = skipped + first + 1
        isCut = first + shown.count < scalars.count || window.upperBound < line.upperBound
        length = min(covered, first + shown.count - spanStart)
    }

    /// The part of a line that is looked at: all of it, unless it is as long as a whole file.
    private static func window(of line: Range<Int>, around span: Span) -> Range<Int> {
        let reach = 4096
        guard line.count > 2 * reach else { return line }
        var start = max(line.lowerBound, span.range.lowerBound - reach)
        while start > line.lowerBound, span.file.bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return start..<min(line.upperBound, start + 2 * reach)
    }
}
