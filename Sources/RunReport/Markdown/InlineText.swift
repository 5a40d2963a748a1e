import Diagnostics

/// The text of one paragraph: words in their looks, to be laid out in lines.
struct InlineText {
    private struct Fragment {
        let text: String
        let looks: [TextStyle.Colour]
    }

    private enum Token {
        /// What stands together without a space.
        case word([Fragment])
        case lineBreak
    }

    private var tokens: [Token] = []
    /// Whether the next fragment belongs to the last word.
    private var isInWord = false

    var isEmpty: Bool { tokens.isEmpty }

    /// Adds text that may be broken at its spaces; what a terminal could act upon is shown as an escape.
    mutating func add(_ text: String, _ looks: [TextStyle.Colour]) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index > 0 { space() }
            if !part.isEmpty { append(DisplayText.escaped(String(part)), looks) }
        }
    }

    /// Adds text that stays in one line, spaces included: a command, say.
    mutating func addWhole(_ text: String, _ looks: [TextStyle.Colour]) {
        if !text.isEmpty { append(DisplayText.escaped(text), looks) }
    }

    mutating func space() { isInWord = false }

    mutating func breakLine() {
        isInWord = false
        tokens.append(.lineBreak)
    }

    private mutating func append(_ text: String, _ looks: [TextStyle.Colour]) {
        let fragment = Fragment(text: text, looks: looks)
        if isInWord, case .word(let word)? = tokens.last {
            tokens[tokens.count - 1] = .word(word + [fragment])
        } else {
            tokens.append(.word([fragment]))
        }
        isInWord = true
    }

    /// The lines, none longer than `width` columns unless a single word is: that one can still be copied whole.
    func lines(width: Int, _ style: TextStyle) -> [String] {
        var lines: [String] = []
        var line = ""
        var columns = 0
        func end() {
            lines.append(line)
            (line, columns) = ("", 0)
        }
        for token in tokens {
            guard case .word(let word) = token else {
                end()
                continue
            }
            let length = word.reduce(0) { $0 + DisplayText.columns(of: $1.text) }
            if columns > 0, columns + 1 + length > width { end() }
            if columns > 0 {
                line += " "
                columns += 1
            }
            line += word.map { style.paint($0.text, $0.looks) }.joined()
            columns += length
        }
        if columns > 0 { end() }
        return lines
    }
}
