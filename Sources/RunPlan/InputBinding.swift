import Diagnostics
import Expressions
import RunbookModel

/// An input that cannot be used as given.
package struct InputProblem: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case missing
        case unknown
        case unfit
    }
    package let input: String
    package let kind: Kind
    /// What is wrong; lower case, no full stop. Values of secret inputs do not stand in it.
    package let message: String
    package let help: String?
}

/// What the values are called that somebody gives.
package struct InputWords: Sendable {
    let noun: String
    /// Who declares them.
    let owner: String
    /// The option of the command line that gives one.
    let option: String

    package static let inputs = InputWords(noun: "input", owner: "the runbook", option: "-i")
    package static let fields = InputWords(noun: "field", owner: "the form", option: "--set")
}

/// Binds the inputs of a runbook: given values beat defaults; all problems are found at once.
package enum InputBinding {
    /// The bound inputs, in the order of their declarations, or everything that is wrong.
    ///
    /// `evaluate` gives the value of a default that is a template.
    package static func bind(
        _ declarations: [InputDeclaration], given: [String: Value], words: InputWords = .inputs,
        evaluate: (Template) throws -> Value
    ) -> Result<ValueMap, InputProblems> {
        var bound: [(String, Value)] = []
        var problems = unknown(given, declarations, words)
        for declaration in declarations {
            do {
                if let value = try value(of: declaration, given[declaration.name], words, evaluate) {
                    bound.append((declaration.name, value))
                }
            } catch let problem as InputProblem {
                problems.append(problem)
            } catch {
                problems.append(
                    InputProblem(
                        input: declaration.name, kind: .unfit,
                        message: "the default of \(words.noun) '\(declaration.name)' has no value: \(error)", help: nil)
                )
            }
        }
        return problems.isEmpty ? .success(ValueMap(bound)) : .failure(InputProblems(all: problems))
    }

    private static func unknown(
        _ given: [String: Value], _ declarations: [InputDeclaration], _ words: InputWords
    ) -> [InputProblem] {
        let names = declarations.map(\.name)
        return given.keys.filter { !names.contains($0) }.sorted().map { name in
            let near = nearest(to: name, in: names)
            let known =
                names.isEmpty ? "it takes no \(words.noun)s" : "its \(words.noun)s are \(names.joined(separator: ", "))"
            return InputProblem(
                input: name, kind: .unknown, message: "\(words.owner) has no \(words.noun) '\(name)'",
                help: near.map { "did you mean '\($0)'?" } ?? known)
        }
    }

    private static func value(
        of declaration: InputDeclaration, _ given: Value?, _ words: InputWords,
        _ evaluate: (Template) throws -> Value
    ) throws -> Value? {
        guard let raw = try given ?? declaration.default?.resolved(evaluate).value else {
            guard declaration.isRequired else { return nil }
            throw InputProblem(
                input: declaration.name, kind: .missing, message: "\(words.noun) '\(declaration.name)' is required",
                help: "give it with \(words.option) \(declaration.name)=…")
        }
        let value: Value
        do {
            value = try declaration.type.shape.convert(raw)
        } catch {
            let shown = declaration.isSecret ? "the value does not fit" : error.message
            throw InputProblem(
                input: declaration.name, kind: .unfit, message: "\(words.noun) '\(declaration.name)': \(shown)",
                help: nil)
        }
        try check(value, declaration, words)
        return value
    }

    private static func check(_ value: Value, _ declaration: InputDeclaration, _ words: InputWords)
        throws(InputProblem)
    {
        let name = declaration.name
        let shown = declaration.isSecret ? "the value" : "'\(value.plainText)'"
        func unfit(_ message: String, _ help: String? = nil) -> InputProblem {
            InputProblem(input: name, kind: .unfit, message: "\(words.noun) '\(name)': \(message)", help: help)
        }
        if declaration.type == .version, let text = value.asString, SemanticVersion(text) == nil {
            throw unfit("\(shown) is not a version such as 1.2.0")
        }
        try checkForm(value, declaration.type, shown, unfit)
        if let choices = declaration.choices, !choices.contains(where: { $0.celEquals(value) }) {
            let known = choices.map(\.plainText)
            let near = value.asString.flatMap { nearest(to: $0, in: known) }
            throw unfit(
                "\(shown) is not one of \(known.joined(separator: ", "))", near.map { "did you mean '\($0)'?" })
        }
        if let pattern = declaration.pattern, let text = value.asString, !matchesWhole(pattern, text) {
            throw unfit("\(shown) does not match the pattern \(pattern.source)")
        }
        if let minimum = declaration.minimum, isLess(value, minimum, declaration.type) {
            throw unfit("\(shown) is less than the minimum \(minimum.plainText)")
        }
        if let maximum = declaration.maximum, isLess(maximum, value, declaration.type) {
            throw unfit("\(shown) is more than the maximum \(maximum.plainText)")
        }
    }

    /// What the type says beyond the form in which values are kept.
    private static func checkForm(
        _ value: Value, _ type: InputType, _ shown: String, _ unfit: (String, String?) -> InputProblem
    ) throws(InputProblem) {
        switch (type, value) {
        case (.map, .map): break
        case (.map, _):
            throw unfit("expected a mapping, found \(value.kindForPeople)", "write it as JSON: {\"key\": 1}")
        case (.path, .string(let text)) where text.isEmpty: throw unfit("a path cannot be empty", nil)
        case (.url, .string(let text)) where !isURL(text):
            throw unfit("\(shown) is not a URL such as https://host/path", nil)
        default: break
        }
    }

    /// A scheme, `://` and something after it, without blanks and control characters.
    private static func isURL(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
        else { return false }
        let scheme = text[..<colon]
        return scheme.first?.isLetter == true && text[colon...].hasPrefix("://") && text[colon...].utf8.count > 3
    }

    private static func matchesWhole(_ pattern: Pattern, _ text: String) -> Bool {
        (try? pattern.matches(text)) ?? false
    }

    private static func isLess(_ left: Value, _ right: Value, _ type: InputType) -> Bool {
        if type == .version, let left = left.asString.flatMap({ SemanticVersion($0) }),
            let right = right.asString.flatMap({ SemanticVersion($0) })
        {
            return left < right
        }
        return left.isLess(than: right) ?? false
    }
}

/// All that is wrong with the given inputs; never empty.
package struct InputProblems: Error, Sendable {
    package let all: [InputProblem]
}

extension InputType {
    /// Reads a value from a command line: JSON for lists and maps, a comma list for simple lists, else the text.
    package func parse(_ text: String) -> Value {
        switch self {
        case .bool: text == "true" ? true : text == "false" ? false : .string(text)
        case .list:
            if text.first == "[", let value = try? JSONText.parse(text) {
                value
            } else {
                .list(text.isEmpty ? [] : text.split(separator: ",").map { .string(String($0)) })
            }
        case .map: (try? JSONText.parse(text)) ?? .string(text)
        default: .string(text)
        }
    }
}
