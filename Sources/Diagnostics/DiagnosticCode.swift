/// What kind of mistake a diagnostic reports: a stable code with a title and a page for `belay explain CODE`.
///
/// Families: R0xx files and YAML, R1xx keys and types, R2xx names and graph, R3xx expressions, R4xx inputs, profiles and
/// requirements, R5xx effects and undo, R6xx what this version does not perform, R7xx tests of runbooks.
package struct DiagnosticCode: Sendable {
    /// For example `R203`.
    package let id: String
    /// What is wrong in a few words, without the particulars of one case.
    package let title: String
    /// Why it is refused and what to do, in paragraphs.
    package let explanation: String
    /// An excerpt of a file with the mistake.
    package let wrong: String
    /// The same excerpt as it should be.
    package let right: String

    init(_ id: String, _ title: String, _ explanation: String, wrong: String, right: String) {
        self.id = id
        self.title = title
        self.explanation = explanation
        self.wrong = wrong
        self.right = right
    }

    /// Every code, in order.
    package static let all: [DiagnosticCode] =
        fileCodes + keyCodes + graphCodes + expressionCodes + inputCodes + effectCodes + performCodes
        + testCodes

    /// The code with this id, whatever its case; nil where there is none.
    package static func find(_ id: String) -> DiagnosticCode? {
        let wanted = id.uppercased()
        return all.first { $0.id == wanted }
    }

    /// The page of `belay explain CODE`: title, explanation, wrong, right.
    package var page: String {
        func indented(_ text: String) -> String {
            text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
        }
        return """
            \(id): \(title)

            \(explanation)

            Wrong:

            \(indented(wrong))

            Right:

            \(indented(right))

            """
    }
}

extension DiagnosticCode: Hashable {
    package static func == (left: DiagnosticCode, right: DiagnosticCode) -> Bool { left.id == right.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
