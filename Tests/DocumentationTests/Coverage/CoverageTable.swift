import FoundationEssentials

/// The rows of docs/coverage.md.
struct CoverageTable {
    struct Row {
        /// The name of the guide, and of the profile of its system.
        let guide: String
        let profile: String
        /// The heading in the guide.
        let section: String
        let procedure: String
        let runbook: String
        /// Whether the runbook is still to come.
        let isPlanned: Bool
        let steps: [String]

        var words: String { "\(guide), \(section), \(procedure)" }
    }

    private(set) var rows: [Row] = []

    init(_ text: String) {
        var guide = ""
        var profile = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") {
                guide = String(line.dropFirst(3))
            } else if line.hasPrefix("Profile: ") {
                profile = Self.codes(line).first ?? ""
            } else if line.hasPrefix("| "), !line.hasPrefix("| section "), !line.hasPrefix("| --- ") {
                let cells = line.split(separator: "|").map { $0.trimmed }
                guard cells.count == 4, let runbook = Self.codes(cells[2]).first else { continue }
                rows.append(
                    Row(
                        guide: guide, profile: profile, section: String(cells[0]), procedure: String(cells[1]),
                        runbook: runbook, isPlanned: cells[2].hasPrefix("*planned:*"), steps: Self.codes(cells[3])))
            }
        }
    }

    /// What stands between backticks.
    private static func codes(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }
}

extension Substring {
    var trimmed: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
