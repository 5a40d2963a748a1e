import Expressions
import RunbookModel

/// The values of a run's secrets, in memory only, and the mask that keeps them out of everything that is shown or kept.
package struct SecretStore: Sendable {
    private let scopes: [[(String, Value)]]
    /// Every secret value, longest first, so that one that contains another is masked whole.
    private let texts: [String]

    /// One list of names and values a scope, and the texts of secret inputs.
    package init(_ scopes: [[(name: String, value: String)]], inputs: [String] = []) {
        self.scopes = scopes.map { $0.map { ($0.name, .string($0.value)) } }
        let values = scopes.flatMap { $0.map(\.value) } + inputs
        let lines = values.flatMap { $0.split(separator: "\n").map(String.init) }.filter { $0.utf8.count >= 4 }
        texts = Set(values + lines).filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
    }

    package static let none = SecretStore([])

    package var isEmpty: Bool { texts.isEmpty }
    /// What supervisors mask in the output of commands.
    package var bytes: [[UInt8]] { texts.map { Array($0.utf8) } }

    func values(scope: Int) -> [(String, Value)] { scopes.indices.contains(scope) ? scopes[scope] : [] }

    /// The text without any secret in it.
    package func mask(_ text: String) -> String {
        guard !texts.isEmpty else { return text }
        var result = text
        for secret in texts where result.utf8.count >= secret.utf8.count {
            result = result.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return result
    }
}
