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
        let before = tree
        var isChanged = false
        for part in ConfigEdits.parts(of: change, in: tree.data) {
            for edit in try ConfigEdits.edits(for: part, in: tree) {
                try perform(edit)
                isChanged = true
            }
        }
        if isChanged, case .move(let from, let to, _) = change { try keepNumbers(from, to, before) }
        return isChanged
    }

    /// A number that was moved was written anew from its value: it gets back the text that it had.
    private mutating func keepNumbers(
        _ from: ConfigPath, _ to: ConfigPath, _ before: any EditableText
    ) throws(ConfigProblem) {
        guard let old = ConfigEdits.steps(to: from, in: before.data), let moved = before.data.at(old),
            let new = ConfigEdits.steps(to: to, in: tree.data), let arrived = tree.data.at(new)
        else { return }
        while let (source, target) = NumberTexts(before, tree).changed(moved, arrived, old, new) {
            guard let number = before.scalarText(at: source), let range = tree.scalarRange(at: target),
                case let proposal = Patch(range, number).applied(to: text), let read = try? format.init(proposal),
                read.written == tree.written, read.scalarText(at: target) == number
            else {
                throw ConfigProblem(
                    "\(source.words) is a number that a move would write otherwise; move it by hand, or set it anew")
            }
            text = proposal
            tree = read
        }
    }

    /// Takes the first proposal that reads as it should.
    private mutating func perform(_ edit: ConfigEdit) throws(ConfigProblem) {
        let wanted = tree.written.applying(edit)
        for candidate in try tree.candidates(for: edit) {
            guard let proposal = candidate(), let read = try? format.init(proposal), read.written == wanted,
                NumberTexts(tree, read).changed(tree.data, read.data, [], []) == nil
            else { continue }
            text = proposal
            tree = read
            return
        }
        throw ConfigProblem(
            "\(edit.path.words) cannot be changed without changing something else in the file; edit it by hand")
    }
}

/// Compares how numbers are written in two texts: `1.10` and `1.1` are one value, and programs may tell them apart.
private struct NumberTexts {
    private let before: any EditableText
    private let after: any EditableText

    init(_ before: any EditableText, _ after: any EditableText) {
        self.before = before
        self.after = after
    }

    /// The places of a number that is the same in both and is written otherwise; nil where there is none.
    ///
    /// Lists of other lengths are left out: it cannot be told which item is which.
    func changed(
        _ old: Value, _ new: Value, _ oldPath: PathSteps, _ newPath: PathSteps
    ) -> (before: PathSteps, after: PathSteps)? {
        switch (old, new) {
        case (.map(let one), .map(let two)):
            for (key, value) in one {
                guard let name = key.asString, let other = two[name] else { continue }
                let found = changed(value, other, oldPath + [.key(name)], newPath + [.key(name)])
                if let found { return found }
            }
            return nil
        case (.list(let one), .list(let two)) where one.count == two.count:
            for (index, (value, other)) in zip(one, two).enumerated() {
                let found = changed(value, other, oldPath + [.index(index)], newPath + [.index(index)])
                if let found { return found }
            }
            return nil
        case (.int, .int), (.uint, .uint), (.double, .double):
            return old == new && before.scalarText(at: oldPath) != after.scalarText(at: newPath)
                ? (oldPath, newPath) : nil
        default: return nil
        }
    }
}
