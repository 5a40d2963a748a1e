import Diagnostics

/// One line of parts, each with its colour, that is cut to the columns of a terminal as a whole.
package struct StyledLine: Sendable, Equatable {
    private struct Part: Sendable, Equatable {
        let text: String
        let colour: TextStyle.Colour?
    }

    private var parts: [Part] = []

    package init() {}

    package init(_ text: String, _ colour: TextStyle.Colour? = nil) { add(text, colour) }

    /// Appends text as it is: what comes from outside is to be escaped before.
    package mutating func add(_ text: String, _ colour: TextStyle.Colour? = nil) {
        if !text.isEmpty { parts.append(Part(text: text, colour: colour)) }
    }

    /// The line in at most so many columns, with a mark where it was cut.
    package func text(columns limit: Int, _ style: TextStyle) -> String {
        let parts = style.isASCII ? parts.map { Part(text: PlainText.ascii($0.text), colour: $0.colour) } : parts
        let columns = parts.reduce(0) { $0 + DisplayText.columns(of: $1.text) }
        guard columns > limit else { return parts.map { style.paint($0.text, $0.colour) }.joined() }
        var text = ""
        // In ASCII the mark takes three columns.
        var left = style.isASCII ? limit - 2 : limit
        for part in parts {
            let width = DisplayText.columns(of: part.text)
            // The last column is for the mark.
            guard width < left else { return text + style.paint(DisplayText.cut(part.text, to: left), part.colour) }
            text += style.paint(part.text, part.colour)
            left -= width
        }
        return text
    }
}
