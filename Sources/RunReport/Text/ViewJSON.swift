import FoundationEssentials

/// View data as JSON: snake case, sorted keys, UTF-8.
package enum ViewJSON {
    /// One document over several lines, with a newline at its end.
    package static func document(_ view: some Encodable) -> String { encode(view, [.prettyPrinted, .sortedKeys]) }

    /// One line, with a newline at its end.
    package static func line(_ view: some Encodable) -> String { encode(view, [.sortedKeys]) }

    private static func encode(_ view: some Encodable, _ formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union(.withoutEscapingSlashes)
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(view) else { return "{}\n" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
