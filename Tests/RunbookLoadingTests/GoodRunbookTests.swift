import Diagnostics
import Testing

@testable import RunbookLoading

@Suite struct GoodRunbookTests {
    @Test func theUpdateOfTheDesignIsRefusedForItsConfigStepOnly() {
        let (runbook, bag) = RunbookLoader().load(Fixture.path("good/update.yml"))
        #expect(runbook == nil)
        #expect(bag.diagnostics.map(\.code.id) == ["R600"], "\(DiagnosticText().render(DiagnosticReport(bag)))")
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
