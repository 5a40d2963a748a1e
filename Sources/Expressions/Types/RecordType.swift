/// A named set of fields, such as the inputs of a runbook; a map at run time. Equal only to itself.
package final class RecordType: Sendable {
    /// One field of a record.
    package struct Field: Hashable, Sendable {
        /// The type of the field where it is present.
        package let type: ValueType
        /// Whether the field may be absent at run time, so that `has()` and `?.` make sense.
        package let mayBeAbsent: Bool

        package init(_ type: ValueType, mayBeAbsent: Bool = false) {
            self.type = type
            self.mayBeAbsent = mayBeAbsent
        }
    }

    /// What a field of it is called in messages: "input", "step", "output", "profile key".
    package let noun: String
    /// The known fields by name.
    package let fields: [String: Field]
    /// The type of fields that are not listed; nil where there are no others.
    package let others: ValueType?

    /// A new type, unequal to every other: make one for a runbook, and keep it.
    package init(noun: String, fields: [String: Field], others: ValueType? = nil) {
        self.noun = noun
        self.fields = fields
        self.others = others
    }
}

extension RecordType: Hashable {
    package static func == (left: RecordType, right: RecordType) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
