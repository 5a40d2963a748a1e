/// The locks that runs hold.
package struct LockListView: Encodable, Sendable {
    package struct Row: Encodable, Sendable {
        package let name: String
        package let mode: String
        package let run: Int64
        package let runbook: String
        package let owner: String
        package let since: String
        /// Milliseconds.
        package let age: Int64
        package let isDriven: Bool

        package init(
            name: String, mode: String, run: Int64, runbook: String, owner: String, since: Int64, isDriven: Bool,
            now: Int64
        ) {
            self.name = name
            self.mode = mode
            self.run = run
            self.runbook = runbook
            self.owner = owner
            self.since = ClockText.utc(since)
            age = max(0, now - since)
            self.isDriven = isDriven
        }
    }

    package let version = 1
    package let locks: [Row]
    package init(_ locks: [Row]) { self.locks = locks }

    package func text(_ style: TextStyle) -> String {
        guard !locks.isEmpty else { return "no locks are held\n" }
        var table = TextTable(["LOCK", "MODE", "RUN", "RUNBOOK", "BY", "FOR", "DRIVEN"])
        for row in locks {
            table.add([
                row.name, row.mode, "\(row.run)", row.runbook, row.owner, ClockText.length(row.age),
                row.isDriven ? "yes" : "no",
            ])
        }
        return table.text(style)
    }
}
