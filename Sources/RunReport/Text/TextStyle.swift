import Diagnostics

/// How text for people is laid out.
package struct TextStyle: Sendable, Equatable {
    /// Whether ANSI colours are used.
    package var isColoured: Bool
    /// Columns of the terminal; nil where there is none to fit.
    package var width: Int?
    /// Whether the terminal shows ASCII only, which takes more columns (`PlainText`).
    package var isASCII: Bool

    package init(isColoured: Bool = false, width: Int? = nil, isASCII: Bool = false) {
        self.isColoured = isColoured
        self.width = width
        self.isASCII = isASCII
    }

    package enum Colour: String, Sendable {
        case bold = "1"
        case dim = "2"
        case italic = "3"
        case underlined = "4"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case cyan = "36"
    }

    /// Columns of a text, colours left out.
    package static func columns(of text: String) -> Int {
        var columns = 0
        var isEscape = false
        for scalar in text.unicodeScalars {
            if scalar == "\u{1B}" { isEscape = true }
            if !isEscape { columns += DisplayText.width(of: scalar) }
            if scalar == "m" { isEscape = false }
        }
        return columns
    }

    package func paint(_ text: String, _ colour: Colour?) -> String {
        paint(text, colour.map { [$0] } ?? [])
    }

    /// Several at once.
    package func paint(_ text: String, _ colours: [Colour]) -> String {
        guard isColoured, !colours.isEmpty, !text.isEmpty else { return text }
        return "\u{1B}[\(colours.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}

extension DisplayText {
    /// How many columns a text without escape sequences takes.
    package static func columns(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    /// The text in at most so many columns, with a mark where it was cut.
    package static func fitted(_ text: String, to limit: Int) -> String {
        columns(of: text) > limit ? cut(text, to: limit) : text
    }

    /// As much of the text as goes into so many columns with a mark at its end.
    static func cut(_ text: String, to limit: Int) -> String {
        guard limit > 0 else { return "" }
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += width(of: scalar)
            if used > limit - 1 { break }
            result.append(scalar)
        }
        return String(result) + "…"
    }

    /// The text with spaces up to so many columns.
    package static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - columns(of: text)))
    }
}
