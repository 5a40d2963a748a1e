import Diagnostics
import Testing

@testable import RunbookLoading

@Suite struct GoodRunbookTests {
    @Test func theUpdateOfTheDesignLoads() {
        let bag = RunbookLoader().load(Fixture.path("good/update.yml")).diagnostics
        #expect(bag.errorCount == 0, "\(DiagnosticText().render(DiagnosticReport(bag)))")
    }

    /// Loads a good runbook for the demo system.
    private func load(_ name: String) -> (runbook: LoadedRunbook?, problems: String) {
        var loader = RunbookLoader(provider: Fixture.provider("good"))
        loader.profile = loader.loadProfile("demo.yml").profile
        let (runbook, bag) = loader.load(name)
        return (runbook, DiagnosticText().render(DiagnosticReport(bag)))
    }

    @Test func everyKeyThatIsPerformedLoads() {
        let (runbook, problems) = load("everything.yml")
        #expect(problems == "")
        #expect(runbook?.included.keys.map(\.text) == ["backup"])
        #expect(runbook?.sources.map(\.path) == ["everything.yml", "backup.yml"])
    }

    @Test func everyRunbookOfTheRepositoryLoads() throws {
        let root = Fixture.directory + "/../../../runbooks"
        let names = try Fixture.list("../../../runbooks").filter { $0.hasSuffix(".yml") && !$0.contains(".test.") }
        #expect(!names.isEmpty)
        var loader = RunbookLoader(searchPaths: [root])
        for profile in [nil, loader.loadProfile(root + "/systems/demo.yml").profile] {
            loader.profile = profile
            for name in names {
                let (runbook, bag) = loader.load("\(root)/\(name)")
                #expect(runbook != nil, "\(DiagnosticText().render(DiagnosticReport(bag)))")
            }
        }
    }

    @Test func whatIsNotPerformedYetIsRefusedForThatOnly() {
        let loader = RunbookLoader(provider: Fixture.provider("good"))
        let bag = loader.load("later.yml").diagnostics
        let others = bag.diagnostics.filter { $0.code != .notPerformed }
        #expect(others == [])
        #expect(bag.errorCount == 1)
    }

    @Test func theProfileOfTheDesignIsRead() throws {
        let (profile, bag) = RunbookLoader().loadProfile(Fixture.path("good/ifd.yml"))
        #expect(bag.isEmpty, "\(DiagnosticText().render(DiagnosticReport(bag)))")
        #expect(profile?.home == "/opt/ifd")
        #expect(profile?.services.keys.sorted() == ["dashboard", "pipeline"])
    }

    @Test func theConfigurationOfTheDesignIsRead() throws {
        let (configuration, bag) = RunbookLoader().loadConfiguration(Fixture.path("good/belay.yml"))
        #expect(bag.isEmpty, "\(DiagnosticText().render(DiagnosticReport(bag)))")
        #expect(configuration?.statePath == "/var/lib/belay")
        #expect(configuration?.notify == ["attention": ["oncall"], "waiting": ["ops"]])
    }
}
