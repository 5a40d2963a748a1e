/// Text made safe and measurable for a terminal.
package enum DisplayText {
    /// The text with everything a terminal could act upon, or that reorders what is read, shown as an escape.
    ///
    /// Control characters (escape sequences among them), line separators, bidirectional overrides and invisible
    /// characters become `\u{…}`; a tab becomes spaces up to the next multiple of four columns.
    package static func escaped(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var line = DisplayLine()
        for scalar in text.unicodeScalars { line.append(scalar) }
        return line.text
    }

    /// Whether a scalar must not reach a terminal as it is.
    static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F..<0xA0, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            true
        default:
            false
        }
    }

    /// How many columns a scalar takes on a terminal: 0 for combining marks, 2 for wide characters.
    ///
    /// Terminals differ about emoji; where they do, the larger number is given: too short a line breaks nothing.
    package static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        // What asks for the wide form of the character before it.
        if scalar.value == 0xFE0F { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return isWide(scalar) ? 2 : 1
        }
    }

    /// The wide and full-width ranges of Unicode Standard Annex 11, and what is shown as emoji by itself.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F100...0x1F2FF, 0x1F300...0x1F64F,
            0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
            true
        default:
            scalar.properties.isEmojiPresentation
        }
    }
}

/// A line that is being laid out: what is shown so far and how many columns it takes.
struct DisplayLine {
    private(set) var text = ""
    private(set) var width = 0

    /// Appends a scalar as it is shown.
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar == "\t" {
            append(spaces: 4 - width % 4)
        } else if DisplayText.isHostile(scalar) {
            let escape = "\\u{\(String(scalar.value, radix: 16))}"
            text += escape
            width += escape.utf8.count
        } else {
            text.unicodeScalars.append(scalar)
            width += DisplayText.width(of: scalar)
        }
    }

    mutating func append(spaces count: Int) {
        text += String(repeating: " ", count: count)
        width += count
    }
}
