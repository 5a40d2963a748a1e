import Diagnostics

/// Finds unquoted text that a comment has cut inside quotation marks: `echo "a #b"`.
enum CommentTrap {
    /// The comment, where a quote that is opened in the text is closed in it; nil where all is well.
    static func comment(cutting text: String, at end: Int, in file: SourceFile) -> Span? {
        let bytes = file.bytes
        var start = end
        while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
        guard start > end, start < bytes.count, bytes[start] == UInt8(ascii: "#") else { return nil }
        var last = start
        while last < bytes.count, bytes[last] != 0x0A, bytes[last] != 0x0D { last += 1 }
        let comment = Span(file: file, range: start..<last)
        let isCut = leavesOpen("\"", text) && leavesOpen("\"", comment.text)
        // An apostrophe is no quote; one that opens stands behind a space.
        let isCutQuote = leavesOpen("'", text) && text.contains(" '") && leavesOpen("'", comment.text)
        return isCut || isCutQuote ? comment : nil
    }

    private static func leavesOpen(_ quote: Character, _ text: String) -> Bool {
        !text.count { $0 == quote }.isMultiple(of: 2)
    }
}
