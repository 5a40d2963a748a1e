import RunbookModel

/// The runbooks that were found.
package struct RunbookListView: Encodable, Sendable {
    package struct Row: Encodable, Sendable {
        package let name: String
        package let path: String
        package let title: String?
        package let labels: [String: String]
        /// Why it cannot be run; nil where nothing is wrong with it.
        package let problem: String?

        package init(path: String, _ runbook: Runbook?, problem: String?) {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            name = runbook?.name.text ?? String(file.prefix { $0 != "." })
            self.path = path
            title = runbook?.title
            labels = Dictionary((runbook?.labels ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            self.problem = problem
        }
    }

    package let version = 1
    package let runbooks: [Row]
    /// Where they were looked for.
    package let paths: [String]

    package init(_ runbooks: [Row], paths: [String]) {
        self.runbooks = runbooks
        self.paths = paths
    }

    package func text(_ style: TextStyle) -> String {
        guard !runbooks.isEmpty else { return "no runbooks in \(paths.joined(separator: ", "))\n" }
        var table = TextTable(["RUNBOOK", "TITLE"])
        for row in runbooks { table.add([row.name, row.problem.map { "damaged: \($0)" } ?? row.title ?? ""]) }
        return table.text(style)
    }
}
