import Diagnostics
import FoundationEssentials
import Testing

@testable import RunbookLoading

/// Every file in `Fixtures/bad` is refused with what stands in the file of the same name with `.txt`; `RECORD=1` writes
/// these files anew.
@Suite struct BadInputTests {
    static let files = ((try? Fixture.list("bad")) ?? []).filter { $0.hasSuffix(".yml") }

    /// Codes of mistakes that no fixture can hold: a file that is absent, one of more than 4 MiB, and what only shows when
    /// tests of runbooks are played.
    static let withoutFixture = ["R001", "R002", "R701"]

    @Test(arguments: files)
    func aBadFileIsRefusedAsRecorded(file: String) throws {
        let text = try Self.diagnostics(of: file)
        let golden = Fixture.path("bad/\(FilePath.baseName(file)).txt")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(text.utf8).write(to: URL(fileURLWithPath: golden))
        }
        let wanted = String(decoding: try SourceProvider.disk.read(golden, 1 << 20), as: UTF8.self)
        #expect(text == wanted)
        #expect(text.contains("[\(file.prefix(4).uppercased())]"))
    }

    @Test func everyCodeHasAFixture() {
        let covered = Set(Self.files.map { $0.prefix(4).uppercased() })
        let missing = DiagnosticCode.all.map(\.id).filter { !covered.contains($0) && !Self.withoutFixture.contains($0) }
        #expect(missing == [])
    }

    @Test func anAbsentFileIsRefused() {
        let (runbook, bag) = RunbookLoader().load("no/such/file.yml")
        #expect(runbook == nil)
        #expect(bag.diagnostics.map(\.message) == ["cannot read 'no/such/file.yml': there is no such file"])
        #expect(
            RunbookLoader().load("/").diagnostics.diagnostics.map(\.message) == ["cannot read '/': it is not a file"])
    }

    private static func diagnostics(of file: String) throws -> String {
        let loader = RunbookLoader(searchPaths: ["parts", "parts/lib"], provider: Fixture.provider("bad"))
        let text = String(decoding: try Fixture.bytes("bad/\(file)"), as: UTF8.self)
        let bag: DiagnosticBag
        if text.hasPrefix("system:") {
            bag = loader.loadProfile(file).diagnostics
        } else if text.hasPrefix("channels:") {
            bag = loader.loadConfiguration(file).diagnostics
        } else if file.hasSuffix(".test.yml") {
            bag = loader.loadTests(file).diagnostics
        } else {
            var loader = loader
            if text.contains("# profile: ") { loader.profile = loader.loadProfile("parts/profile.yml").profile }
            let (runbook, found) = loader.load(file)
            #expect(runbook == nil)
            bag = found
        }
        #expect(bag.hasErrors)
        return DiagnosticText().render(DiagnosticReport(bag))
    }
}
