import RunbookModel

/// The form of an argument in words and table rows.
enum ShapeWords {
    /// The keys of a kind's mapping, and in words the other forms in which it can be written (nil: only that one).
    static func forms(of shape: Shape) -> (text: String?, keys: [Shape.Key]) {
        let shapes = if case .either(let shapes) = shape { shapes } else { [shape] }
        var keys: [Shape.Key] = []
        var words: [String] = []
        for shape in shapes {
            if case .record(let own) = shape {
                keys = own
                if shapes.count > 1 { words.append("a mapping with these keys") }
            } else {
                words.append(Self.words(for: shape))
            }
        }
        return (words.isEmpty ? nil : words.joined(separator: ", or "), keys)
    }

    /// A row for each key, and for each key of a mapping inside it (`by.users`).
    static func rows(for keys: [Shape.Key], prefix: String = "") -> [[String]] {
        keys.flatMap { key in
            var value = words(for: key.shape)
            if key.isRequired { value += ", required" }
            if key.allowsSecrets { value += "; may hold secrets" }
            let row = ["`\(prefix)\(key.name)`", value, key.summary.escapedCell]
            guard case .record(let inner) = key.shape else { return [row] }
            return [row] + rows(for: inner, prefix: "\(prefix)\(key.name).")
        }
    }

    static func words(for shape: Shape) -> String {
        switch shape {
        case .string: "text"
        case .script: "a shell script"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .int(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number: "a number"
        case .bool: "`true` or `false`"
        case .duration: "a duration"
        case .size: "a size"
        case .path: "a path"
        case .url: "a URL"
        case .mode: "a file mode, as `\"0640\"`"
        case .timeOfDay: "a time, as `\"02:00\"`"
        case .comparison: "a comparison, or `{warn, fail}` of them"
        case .expression: "an expression"
        case .value: "any value"
        case .list(let item): "a list: \(words(for: item))"
        case .oneOrMany(let item): "one or a list: \(words(for: item))"
        case .mapping(let value): "a mapping of names: \(words(for: value))"
        case .record: "a mapping"
        case .either(let shapes): shapes.map(words).joined(separator: ", or ")
        case .checks: "a check or a list of them"
        case .form: "a mapping of fields"
        case .action: "an action"
        case .steps: "a list of steps"
        }
    }
}
