import Expressions
import RunbookModel

/// Reads what a program wrote to `$BELAY_OUTPUT`: `name=value` lines and JSON objects, one a line.
package enum OutputFile {
    /// The largest file that is read, in bytes.
    package static let limit = 1 << 20

    /// The declared outputs in it, converted to their types; a later line replaces an earlier one.
    ///
    /// A declared output that is not written is absent; one that is written and not declared is a problem.
    package static func parse(
        _ bytes: [UInt8], _ declarations: [OutputDeclaration]
    ) -> Result<ValueMap, OutputProblem> {
        var reader = OutputReader(declarations)
        do throws(OutputProblem) {
            return .success(try reader.read(bytes))
        } catch {
            return .failure(error)
        }
    }
}

/// Why the outputs of a step could not be taken; lower case, names line and output.
package struct OutputProblem: Error, Sendable, Equatable {
    package let message: String
    package init(_ message: String) { self.message = message }
}

private struct OutputReader {
    private let types: [String: InputType]
    private var outputs = ValueMap()

    init(_ declarations: [OutputDeclaration]) {
        var types: [String: InputType] = [:]
        for declaration in declarations {
            if case .file(let type) = declaration.source { types[declaration.name] = type }
        }
        self.types = types
    }

    mutating func read(_ bytes: [UInt8]) throws(OutputProblem) -> ValueMap {
        guard bytes.count <= OutputFile.limit else {
            throw OutputProblem("the output file is larger than \(OutputFile.limit) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw OutputProblem("the output file is not UTF-8")
        }
        // By unicode scalars: "\r\n" would be one character.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, scalars) in lines.enumerated() {
            var line = Substring(scalars)
            if line.unicodeScalars.last == "\r" { line.unicodeScalars.removeLast() }
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            do {
                try take(line)
            } catch {
                throw OutputProblem("line \(index + 1) of the output file: \(error.message)")
            }
        }
        return outputs
    }

    private mutating func take(_ line: Substring) throws(OutputProblem) {
        if line.first == "{" { return try takeObject(line) }
        guard let equals = line.firstIndex(of: "=") else {
            throw OutputProblem("expected name=value or a JSON object")
        }
        try set(String(line[..<equals]), .string(String(line[line.index(after: equals)...])))
    }

    private mutating func takeObject(_ line: Substring) throws(OutputProblem) {
        let value: Value
        do {
            value = try JSONText.parse(String(line))
        } catch {
            throw OutputProblem("not JSON: \(error.message)")
        }
        guard let map = value.asMap else { throw OutputProblem("expected a JSON object") }
        for (name, value) in map { try set(name.asString ?? "", value) }
    }

    private mutating func set(_ name: String, _ value: Value) throws(OutputProblem) {
        guard let type = types[name] else {
            let known = types.keys.sorted().joined(separator: ", ")
            throw OutputProblem(
                "'\(name)' is not a declared output" + (known.isEmpty ? "" : "; declared are \(known)"))
        }
        do {
            outputs[name] = try type.read(value)
        } catch {
            throw OutputProblem("output '\(name)': \(error.message)")
        }
    }
}

extension InputType {
    /// Converts what a program wrote; texts stand for any type, in JSON where it is a list or a mapping.
    fileprivate func read(_ value: Value) throws(ArgumentProblem) -> Value {
        switch (self, value) {
        case (.bool, .string("true")): return .bool(true)
        case (.bool, .string("false")): return .bool(false)
        case (.list, .string(let text)), (.map, .string(let text)):
            do {
                return try shape.convert(try JSONText.parse(text))
            } catch let problem as JSONProblem {
                throw ArgumentProblem("not JSON: \(problem.message)")
            } catch let problem as ArgumentProblem {
                throw problem
            } catch {
                throw ArgumentProblem("\(error)")
            }
        default: return try shape.convert(value)
        }
    }
}
