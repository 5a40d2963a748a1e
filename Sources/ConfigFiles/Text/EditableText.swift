import Expressions
import RunbookModel

/// A text of one format, read with the places of everything in it.
protocol EditableText: Sendable {
    /// Reads a text without a byte order mark, which is known to be UTF-8.
    init(_ text: [UInt8]) throws(ConfigProblem)

    /// What programs read from the file; null for an empty one where the format has other roots than mappings.
    var data: Value { get }
    /// What is written in the file, aliases unresolved: an edit must change this at its place and nowhere else.
    var written: Value { get }
    /// The text of a scalar as it is written, without quotes; nil where there is none.
    func scalarText(at path: PathSteps) -> String?
    /// Where a scalar stands that is written without quotes; nil where there is none.
    func scalarRange(at path: PathSteps) -> Range<Int>?
    /// Whether the value stands elsewhere in the file, and only the whole of it can be replaced here.
    func isShared(_ path: PathSteps) -> Bool
    /// The value as this format can hold it.
    static func normalised(_ value: Value, at path: PathSteps) throws(ConfigProblem) -> Value
    /// Texts after the edit, the one that leaves most as it is first; each still to be checked.
    ///
    /// Errors: an edit that cannot be made here without changing something else.
    func candidates(for edit: ConfigEdit) throws(ConfigProblem) -> [() -> [UInt8]?]
}

extension EditableText {
    func isShared(_ path: PathSteps) -> Bool { false }
    /// Formats that hold texts only have no numbers, whose texts could change.
    func scalarRange(at path: PathSteps) -> Range<Int>? { nil }
}

/// A text of lines with one value each, in which there is one way to make an edit.
protocol LineText: EditableText {
    /// The text after the edit; nil where its place is not there.
    ///
    /// Errors: what the format cannot hold.
    func patched(_ edit: ConfigEdit) throws(ConfigProblem) -> [UInt8]?
}

extension LineText {
    func candidates(for edit: ConfigEdit) throws(ConfigProblem) -> [() -> [UInt8]?] {
        let patched = try patched(edit)
        return [{ patched }]
    }
}

/// A part of a text and what takes its place.
struct Patch {
    var range: Range<Int>
    var text: [UInt8]

    init(_ range: Range<Int>, _ text: String) {
        self.range = range
        self.text = Array(text.utf8)
    }

    func applied(to bytes: [UInt8]) -> [UInt8] { Array(bytes[..<range.lowerBound]) + text + bytes[range.upperBound...] }
}

extension Array where Element == UInt8 {
    /// The text of a range.
    func text(_ range: Range<Int>) -> String { String(decoding: self[range], as: UTF8.self) }

    /// The start of the line in which an offset is.
    func lineStart(_ offset: Int) -> Int {
        var start = Swift.min(offset, count)
        while start > 0, self[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return start
    }

    /// The end of the line in which an offset is, without its line break.
    func lineEnd(_ offset: Int) -> Int {
        var end = offset
        while end < count, self[end] != UInt8(ascii: "\n") { end += 1 }
        if end > offset, self[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }

    /// The start of the next line; the end of the text in its last.
    func nextLine(_ offset: Int) -> Int {
        var end = offset
        while end < count, self[end] != UInt8(ascii: "\n") { end += 1 }
        return Swift.min(end + 1, count)
    }

    /// The number of the line in which an offset is, from 1.
    func lineNumber(_ offset: Int) -> Int { self[..<Swift.min(offset, count)].count { $0 == UInt8(ascii: "\n") } + 1 }

    /// The line break of the text.
    var lineBreak: String {
        guard let first = firstIndex(of: UInt8(ascii: "\n")), first > 0, self[first - 1] == UInt8(ascii: "\r") else {
            return "\n"
        }
        return "\r\n"
    }
}
