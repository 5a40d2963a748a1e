import Diagnostics

/// What an audit of the journal found.
package struct AuditView: Encodable, Sendable {
    package struct Finding: Encodable, Sendable {
        /// Nil: about the whole journal.
        package let run: Int64?
        package let problem: String
        package init(run: Int64?, problem: String) {
            self.run = run
            self.problem = problem
        }
    }

    package let version = 1
    package let isClean: Bool
    package let runs: [Int64]
    package let events: Int
    package let findings: [Finding]

    package init(runs: [Int64], events: Int, findings: [Finding]) {
        isClean = findings.isEmpty
        self.runs = runs
        self.events = events
        self.findings = findings
    }

    package func text(_ style: TextStyle) -> String {
        let looked = "\(runs.count) run\(runs.count == 1 ? "" : "s"), \(events) events"
        guard !isClean else { return "\(style.paint("✔", .green)) the journal is whole: \(looked)\n" }
        return findings.map { finding in
            let place = finding.run.map { "run \($0): " } ?? ""
            return "\(style.paint("✘", .red)) \(place)\(DisplayText.escaped(finding.problem))\n"
        }.joined() + "\(looked); \(findings.count) problem\(findings.count == 1 ? "" : "s")\n"
    }
}
