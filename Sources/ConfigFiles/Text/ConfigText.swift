import Expressions
import RunbookModel

/// A configuration file as text and as data; changes keep what they need not touch.
package struct ConfigText: Sendable {
    /// The largest file that is edited, in bytes.
    package static let limit = 4 << 20

    private let mark: [UInt8]
    private var tree: any EditableText
    private var text: [UInt8]
    private let format: any EditableText.Type

    /// Reads a file's content.
    ///
    /// Errors: what is not of the format, with its line; a key that is there twice; several YAML documents.
    package init(_ bytes: [UInt8], _ format: ConfigFormat) throws(ConfigProblem) {
        guard bytes.count <= Self.limit else {
            throw ConfigProblem("it has more than \(SizeText.render(Int64(Self.limit)))")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw ConfigProblem("it is not UTF-8") }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        mark = bytes.starts(with: byteOrderMark) ? byteOrderMark : []
        text = Array(bytes.dropFirst(mark.count))
        self.format =
            switch format {
            case .yaml: YAMLText.self
            case .json: JSONConfigText.self
            case .ini: INIText.self
            case .env: EnvText.self
            }
        tree = try self.format.init(text)
    }

    /// The content as it is now.
    package var bytes: [UInt8] { mark + text }
    /// The content as data; null for an empty file.
    package var data: Value { tree.data }

    /// The value at a path; nil where it is absent.
    package func value(at path: ConfigPath) -> Value? {
        let data = tree.data
        return ConfigEdits.steps(to: path, in: data).flatMap { data.at($0) }
    }

    /// The text of a scalar as it is written (`1.20` stays `1.20`); nil where there is none.
    package func scalarText(at path: ConfigPath) -> String? {
        ConfigEdits.steps(to: path, in: tree.data).flatMap(tree.scalarText)
    }

    /// Makes a change; false where all is as it says already.
    ///
    /// Errors: a path that leads through something that is no container; what this format cannot hold; an edit inside
    /// an alias. The content is then as it was.
    @discardableResult
    package mutating func apply(_ change: ConfigChange) throws(ConfigProblem) -> Bool {
        let before = self
        do {
            return try make(change)
        } catch {
            self = before
            throw error
        }
    }

    private mutating func make(_ change: ConfigChange) throws(ConfigProblem) -> Bool {
        var isChanged = false
        for part in ConfigEdits.parts(of: change, in: tree.data) {
            for edit in try ConfigEdits.edits(for: part, in: tree) {
                try perform(edit)
                isChanged = true
            }
        }
        return isChanged
    }

    /// Takes the first proposal that reads as it should.
    private mutating func perform(_ edit: ConfigEdit) throws(ConfigProblem) {
        let wanted = tree.written.applying(edit)
        for candidate in try tree.candidates(for: edit) {
            guard let proposal = candidate(), let read = try? format.init(proposal), read.written == wanted else {
                continue
            }
            text = proposal
            tree = read
            return
        }
        throw ConfigProblem(
            "\(edit.path.words) cannot be changed without changing something else in the file; edit it by hand")
    }
}
