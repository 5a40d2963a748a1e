import Diagnostics
import FoundationEssentials
import RunbookLoading
import RunbookModel
import Testing

/// docs/coverage.md, the shipped runbooks and the guides that they were written for agree.
struct CoverageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private let table: CoverageTable

    init() throws {
        table = CoverageTable(try String(contentsOfFile: "\(Self.root)/docs/coverage.md", encoding: .utf8))
    }

    @Test func `every runbook and step of the table exists and fits the system of its guide`() throws {
        #expect(table.rows.count > 200)
        var known: [String: Set<String>] = [:]
        for row in table.rows where !row.isPlanned {
            let key = "\(row.profile)/\(row.runbook)"
            if known[key] == nil { known[key] = Self.steps(row) ?? [] }
            guard let steps = known[key], !steps.isEmpty else { continue }
            #expect(!row.steps.isEmpty, "\(row.words): no step is named")
            for step in row.steps where !steps.contains(step) {
                Issue.record("\(row.words): '\(row.runbook)' has no step '\(step)'")
            }
        }
    }

    @Test func `what is called planned has not come yet`() {
        for row in table.rows where row.isPlanned {
            let path = "\(Self.root)/runbooks/\(row.runbook).yml"
            #expect(
                !FileManager.default.fileExists(atPath: path), "\(row.words): \(row.runbook) is there; name its steps")
        }
    }

    @Test(arguments: ["Epic 1", "Hyperopt", "IFD v3.0", "IQ-720", "AI Crypto Trading Agent"])
    func `every procedure of a guide has a row`(name: String) throws {
        guard let text = try Self.guide(about: name) else { try Test.cancel("the guides are not at hand") }
        let rows = table.rows.filter { $0.guide == name }
        let procedures = MaintenanceGuide(text).procedures
        #expect(procedures.count > 15)
        let uncovered = procedures.filter { procedure in
            !rows.contains { row in
                let task = MaintenanceGuide.afterNumber(row.procedure[...]).map(String.init) ?? row.procedure
                return row.section == procedure.section && (procedure.task == nil || procedure.task == task)
            }
        }
        #expect(uncovered.isEmpty, "\(uncovered.map { "\($0.section): \($0.task ?? "a script")" })")
    }

    /// The paths of a runbook's own steps, read for the system of the row's guide; nil where it does not fit that.
    private static func steps(_ row: CoverageTable.Row) -> Set<String>? {
        let runbooks = "\(root)/runbooks"
        let (profile, profileBag) = RunbookLoader().loadProfile("\(runbooks)/systems/\(row.profile).yml")
        let loader = RunbookLoader(searchPaths: [runbooks], profile: profile)
        let (runbook, bag) = loader.load("\(runbooks)/\(row.runbook).yml")
        if let runbook, profile != nil { return paths(runbook.root.steps, below: "") }
        Issue.record("\(row.words):\n\(DiagnosticText().render(DiagnosticReport(profile == nil ? profileBag : bag)))")
        return nil
    }

    private static func paths(_ steps: [Step], below prefix: String) -> Set<String> {
        steps.reduce(into: []) { paths, step in
            paths.insert(prefix + step.id.text)
            if case .group(let inner) = step.body {
                paths.formUnion(Self.paths(inner, below: "\(prefix)\(step.id.text)/"))
            }
        }
    }

    /// The text of the guide that speaks of a system in its first lines or paths; nil where the guides are not at hand.
    private static func guide(about name: String) throws -> String? {
        let shared = ProcessInfo.processInfo.environment["BELAY_SHARED"] ?? "\(root)/../shared"
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: "\(shared)/seeds") else { return nil }
        let sign = name == "Hyperopt" ? "/opt/hyperopt/" : "the \(name) "
        let texts = try files.sorted().map { try String(contentsOfFile: "\(shared)/seeds/\($0)", encoding: .utf8) }
        let found = texts.first { $0.contains(name == "Epic 1" ? "# Epic 1 Signal Quality Enhancement" : sign) }
        return found
    }
}
