import FoundationEssentials
import RunbookModel

/// A page of the documentation with parts that are made from declarations in the code.
package struct GeneratedPage: Sendable {
    /// Relative to the root of the package.
    package let path: String
    /// What stands between `<!-- begin NAME -->` and `<!-- end NAME -->`, by name.
    let parts: [String: String]

    package static let all = [
        GeneratedPage(
            path: "docs/runbook.md",
            parts: [
                "actions": VocabularyPage(kinds: Vocabulary.standard.actions, isAboutActions: true).text,
                "checks": VocabularyPage(kinds: Vocabulary.standard.checks, isAboutActions: false).text,
            ])
    ]

    package func current(in root: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    /// The page as it should be.
    ///
    /// Errors: `PageProblem` where a marker is missing.
    package func expected(in root: String) throws -> String {
        var text = try current(in: root)
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) {
            let (begin, end) = ("<!-- begin \(name) -->\n", "<!-- end \(name) -->")
            guard let start = text.firstRange(of: begin), let stop = text.firstRange(of: end),
                start.upperBound <= stop.lowerBound
            else { throw PageProblem(description: "\(path) has no '\(begin.dropLast())' … '\(end)'") }
            text.replaceSubrange(start.upperBound..<stop.lowerBound, with: "\n\(part)\n\n")
        }
        return text
    }
}

/// Why a page cannot be generated.
package struct PageProblem: Error, CustomStringConvertible {
    package let description: String
}
