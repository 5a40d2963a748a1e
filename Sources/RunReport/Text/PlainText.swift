/// Text for terminals and files that cannot show more than ASCII.
package enum PlainText {
    private static let replacements: [Unicode.Scalar: String] = [
        "✔": "+", "✘": "x", "▸": ">", "◂": "<", "↶": "<", "●": "*", "·": ".", "–": "-", "…": "...", "→": "->",
        "│": "|", "├": "|", "└": "`", "─": "-", "█": "#", "░": ".", "↻": "~", "⚠": "!",
    ]

    /// The text with every mark replaced by ASCII, and everything else that is not ASCII shown as an escape.
    package static func ascii(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else {
                result += replacements[scalar] ?? "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }
}
