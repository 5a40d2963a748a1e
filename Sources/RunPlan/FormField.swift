import Diagnostics
import Expressions
import RunbookModel

/// A field that a person fills in, as it was declared when the question was put: a value that can be stored.
package struct FormField: Codable, Sendable, Equatable {
    package let name: String
    /// As it is written: `string`, `list<int>` …
    package let type: String
    package let description: String?
    package let isRequired: Bool
    /// Values as JSON.
    package let `default`: String?
    package let pattern: String?
    package let choices: [String]?
    package let minimum: String?
    package let maximum: String?

    /// A declared field; templates in its default must have been resolved.
    package init(_ declaration: InputDeclaration) {
        name = declaration.name
        type = declaration.type.name
        description = declaration.description
        isRequired = declaration.isRequired
        self.default = declaration.default?.value?.json()
        pattern = declaration.pattern?.source
        choices = declaration.choices?.map { $0.json() }
        minimum = declaration.minimum?.json()
        maximum = declaration.maximum?.json()
    }

    private init(_ field: FormField, _ mask: (String) -> String) {
        name = field.name
        type = field.type
        description = field.description.map(mask)
        isRequired = field.isRequired
        self.default = field.default.map(mask)
        pattern = field.pattern
        choices = field.choices
        minimum = field.minimum
        maximum = field.maximum
    }

    /// The field without any secret in what is shown of it.
    package func masked(_ mask: (String) -> String) -> FormField { FormField(self, mask) }

    package var inputType: InputType { InputType(type) ?? .string }

    /// The values of these fields with defaults filled in, or everything that is wrong with them.
    package static func bind(_ fields: [FormField], given: [String: Value]) -> Result<ValueMap, InputProblems> {
        InputBinding.bind(fields.map(\.declaration), given: given, words: .fields) { _ in .null }
    }

    private var declaration: InputDeclaration {
        let nowhere = SourceFile(name: "form", bytes: []).wholeSpan
        var declaration = InputDeclaration(name: name, span: nowhere)
        declaration.type = inputType
        declaration.default = value(self.default).map { .constant($0) }
        declaration.isOptional = !isRequired
        declaration.pattern = pattern.flatMap { try? Pattern($0) }
        declaration.choices = choices?.compactMap(value)
        declaration.minimum = value(minimum)
        declaration.maximum = value(maximum)
        return declaration
    }

    /// A value as the field's type has it, read from the form in which it is stored.
    package func typed(_ stored: Value) -> Value { (try? inputType.shape.convert(stored)) ?? stored }

    private func value(_ json: String?) -> Value? {
        guard let json, let stored = try? JSONText.parse(json) else { return nil }
        return typed(stored)
    }
}
