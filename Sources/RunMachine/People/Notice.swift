/// That people were told of an open prompt, through channels of `belay.yml`.
package struct Notice: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// When it was asked.
        case tell
        case remind, escalate
    }
    package let kind: Kind
    /// The attempt that waits.
    package let attempt: Int
    /// Counts the notices of this kind, from 1.
    package let number: Int
    package let to: [String]
    /// Why it was not delivered, by channel; empty where all went well.
    package let failures: [String]

    package init(kind: Kind, attempt: Int, number: Int, to: [String], failures: [String]) {
        self.kind = kind
        self.attempt = attempt
        self.number = number
        self.to = to
        self.failures = failures
    }
}
