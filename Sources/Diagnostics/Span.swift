/// A range of bytes in a source file: where a diagnostic points.
package struct Span: Hashable, Sendable {
    package let file: SourceFile
    private let start: Int32
    private let end: Int32

    /// A span over UTF-8 offsets of the file.
    package init(file: SourceFile, range: Range<Int>) {
        self.file = file
        self.start = Int32(clamping: range.lowerBound)
        self.end = Int32(clamping: range.upperBound)
    }

    package var range: Range<Int> { Int(start)..<Int(end) }
    package var position: SourceFile.Position { file.position(at: Int(start)) }
    package var endPosition: SourceFile.Position { file.position(at: Int(end)) }
    package var text: String { file.text(in: range) }

    /// The smallest span over both, which must be in the same file.
    package func union(_ other: Span) -> Span {
        Span(file: file, range: Int(min(start, other.start))..<Int(max(end, other.end)))
    }

    /// The empty span at the start of this one.
    package var startPoint: Span { Span(file: file, range: Int(start)..<Int(start)) }
}

extension Span: CustomStringConvertible {
    /// `file:line:column`, as editors and terminals make it clickable.
    package var description: String {
        let position = position
        return "\(file.name):\(position.line):\(position.column)"
    }
}

extension Span: Comparable {
    /// By file name, then by place.
    package static func < (left: Span, right: Span) -> Bool {
        if left.file !== right.file, left.file.name != right.file.name { return left.file.name < right.file.name }
        return (left.start, left.end) < (right.start, right.end)
    }
}
