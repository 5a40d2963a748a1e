import ConfigFiles
import Expressions
import Glibc
import RunbookModel
import Testing

/// A file in `Fixtures/`: a text, changes, and what must come out, or why it is refused.
///
/// `=== NAME` begins the text, with the name that says its format; `=== change JSON` is a change; `=== result` begins
/// the text afterwards; `=== error WORDS` says what the refusal must contain. Comments come before the first section.
/// `\r` stands for a carriage return, `\u{FEFF}` for a byte order mark; a final `\` for "no newline at the end".
struct Fixture: CustomStringConvertible, Sendable {
    let description: String
    let format: ConfigFormat
    let before: [UInt8]
    let changes: [ConfigChange]
    let after: [UInt8]?
    let error: String?

    static let directory = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/Fixtures"

    static let all: [Fixture] = files().flatMap { file -> [Fixture] in
        let text = read("\(directory)/\(file)")
        return text.components(startingWith: "=== case ").map { Fixture(file, $0) }
    }

    private static func files() -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".txt") { names.append(name) }
        }
        return names.sorted()
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private init(_ file: String, _ text: String) {
        let sections = text.components(startingWith: "=== ")
        description = "\(file): \(text.prefix { $0 != "\n" })"
        var format = ConfigFormat.yaml
        var before: [UInt8] = []
        var changes: [ConfigChange] = []
        var after: [UInt8]?
        var error: String?
        for section in sections {
            let head = String(section.prefix { $0 != "\n" })
            let body = String(section.dropFirst(head.count + 1))
            if head.hasPrefix("change ") {
                changes.append(Self.change(String(head.dropFirst(7))))
            } else if head == "result" {
                after = Self.bytes(body)
            } else if head.hasPrefix("error ") {
                error = String(head.dropFirst(6))
            } else if let found = ConfigFormat(fileName: head) {
                format = found
                before = Self.bytes(body)
            }
        }
        (self.format, self.before, self.changes, self.after, self.error) = (format, before, changes, after, error)
    }

    private static func bytes(_ text: String) -> [UInt8] {
        var text = text.replacing("\\r\n", with: "\r\n").replacing("\\u{FEFF}", with: "\u{FEFF}")
        if text.hasSuffix("\\\n") { text = String(text.dropLast(2)) }
        return Array(text.utf8)
    }

    /// A change from JSON, as it stands in a runbook.
    static func change(_ json: String) -> ConfigChange {
        guard let value = try? JSONText.parse(json), let entry = value.asMap?.first, let kind = entry.key.asString
        else {
            fatalError("not a change: \(json)")
        }
        func path(_ text: String?) -> ConfigPath { try! ConfigPath(text ?? "") }
        let body = entry.value
        let given = body["value"] ?? .null
        switch kind {
        case "set": return .set(path(body["path"]?.asString), given)
        case "default": return .setDefault(path(body["path"]?.asString), given)
        case "merge": return .merge(path(body["path"]?.asString), given)
        case "append": return .append(path(body["path"]?.asString), given)
        case "delete": return .delete(path(body.asString))
        case "move":
            return .move(from: path(body["from"]?.asString), to: path(body["to"]?.asString), orElse: body["else"])
        default: fatalError("not a change: \(json)")
        }
    }
}

extension String {
    /// The parts of a text that begin with a line with this start, without it.
    fileprivate func components(startingWith mark: String) -> [String] {
        let lines = split(separator: "\n", omittingEmptySubsequences: false)
        var parts: [[Substring]] = []
        for line in lines {
            if line.hasPrefix(mark) {
                parts.append([line.dropFirst(mark.count)])
            } else if !parts.isEmpty {
                parts[parts.count - 1].append(line)
            }
        }
        return parts.enumerated().map { index, lines in
            lines.joined(separator: "\n") + (index == parts.count - 1 ? "" : "\n")
        }
    }
}
