import Diagnostics
import Expressions
import RunbookModel
import Testing

@testable import RunbookLoading

/// What stands in `good/everything.yml` arrives in the model.
@Suite struct DecodedModelTests {
    private let runbook: Runbook

    init() throws {
        var loader = RunbookLoader(provider: Fixture.provider("good"))
        loader.profile = loader.loadProfile("demo.yml").profile
        runbook = try #require(loader.load("everything.yml").runbook).root
    }

    private func step(_ id: String) throws -> Step {
        try #require(runbook.steps.first { $0.id.text == id })
    }

    private func argument(_ id: String) throws -> Argument {
        guard case .action(let call) = try step(id).body else {
            throw Missing()
        }
        return call.argument
    }

    private struct Missing: Error {}

    @Test func textsKeepTheirSource() throws {
        #expect(runbook.labels.map(\.value) == ["test", "1.20"])
        #expect(runbook.environment.map(\.name) == ["APP_HOME", "TOKEN", "VERSION"])
        #expect(runbook.environment[2].value.literalText == "1.20")
        guard case .list(let arguments)? = try argument("script")["args"] else { throw Missing() }
        #expect(arguments[1].value == "1.20")
    }

    @Test func inputsHaveTheirTypesAndGuards() throws {
        func input(_ name: String) throws -> InputDeclaration {
            try #require(runbook.inputs.first { $0.name == name })
        }
        #expect(try input("version").isRequired)
        #expect(try input("count").maximum == 10)
        #expect(try input("pause").default?.value == .duration(TimeSpan(.milliseconds(500))))
        #expect(try input("room").default?.value == .int(2 << 30))
        #expect(try input("hosts").type == .list(.string))
        #expect(try input("level").choices == ["low", "high"])
        #expect(try input("extra").default?.value == ["a": 1, "b": ["x"]])
        #expect(try input("password").isSecret)
        #expect(try input("free").type == .string)
        #expect(try input("where").default?.value == nil)
    }

    @Test func theRunHasItsSettings() throws {
        #expect(runbook.estimate.rollback == .seconds(5400))
        #expect(runbook.requires.system.map(\.isOptional) == [false, false, false, true])
        #expect(runbook.locks.map(\.mode) == [.exclusive, .shared])
        guard case .at(let minutes)? = runbook.deadline?.moment else { throw Missing() }
        #expect(minutes == 300)
        #expect(runbook.rollback.policy == .ask)
        #expect(runbook.rollback.untilStable != nil)
        #expect(runbook.preconditions.map(\.severity) == [.error, .warn])
        #expect(runbook.preconditions[1].recheck)
        #expect(runbook.handlers.map(\.event) == [.success, .failure])
        #expect(runbook.handlers[0].steps.map(\.id) == ["notify_1"])
        #expect(runbook.handlers[1].steps.map(\.needs) == [[], ["look"]])
    }

    @Test func aStepWithoutNeedsNeedsTheOneBefore() throws {
        #expect(try step("fetch").needs == [])
        #expect(try step("script").needs == ["fetch"])
        #expect(try step("maintenance_on").needs == ["script"])
        #expect(try step("stop").needs == ["maintenance_on"])
    }

    @Test func requestsAreRecords() throws {
        let request = try argument("fetch")
        #expect(request["method"]?.value == "POST")
        #expect(request["status"]?.value == [200])
        guard case .record(let fields)? = request["json"] else { throw Missing() }
        #expect(fields.map(\.key) == ["version", "count", "list"])
        guard case .template(let count, _) = fields[1].value else { throw Missing() }
        #expect(count.resultType == .int)
        guard case .expression? = request["expect"] else { throw Missing() }
    }

    @Test func aStepHasItsSettings() throws {
        let fetch = try step("fetch")
        #expect(fetch.retry?.attempts == 3)
        #expect(fetch.retry?.on == [.timeout, .exit(22)])
        guard case .template? = fetch.timeout, case .nothing = fetch.undo else { throw Missing() }
        let script = try step("script")
        #expect(script.process.shell == ["bash", "-e"])
        #expect(script.process.umask == 0o027)
        #expect(script.process.maxOutput == 10_000_000)
        #expect(script.process.passEnvironment == ["SSH_AUTH_SOCK"])
        #expect(script.onFailure == .stop)
        #expect(script.onInterrupt == .probe)
        #expect(script.isCritical && script.cancelRunning)
        #expect(script.verify.count == 15)
        #expect(script.verify[0].id == "port")
        #expect(script.doneWhen.count == 1)
        #expect(script.expect != nil)
    }

    @Test func anUndoInFullHasItsSettings() throws {
        let script = try step("script")
        guard case .actions(let undo) = script.undo else { throw Missing() }
        #expect(undo.actions.map(\.kind) == ["run"])
        #expect(undo.environment.map(\.name) == ["ID"])
        #expect(undo.untilStable?.failFast == true)
        #expect(undo.onInterrupt == .probe)
        #expect(script.protect.count == 3)
        guard case .actions(let list) = try step("maintenance_on").undo else { throw Missing() }
        #expect(list.actions.map(\.kind) == ["command", "run"])
    }

    @Test func aScriptIsLeftAsItIsButForLiteralBraces() throws {
        #expect(try argument("publish").value == "# a literal ${{ stays\n./publish \"$INPUT_VERSION\"\n")
    }

    @Test func groupsAndInclusionsAreSubgraphs() throws {
        guard case .group(let steps) = try step("each").body else { throw Missing() }
        #expect(steps.map(\.id) == ["drain", "wait"])
        #expect(try step("each").foreach?.variable == "host")
        #expect(try step("each").foreach?.maxFailed == 1)
        guard case .list(let items)? = try step("fixed").foreach?.items else { throw Missing() }
        #expect(items[1].value == ["name": "b", "port": 2])
        guard case .include(let inclusion) = try step("part").body else { throw Missing() }
        #expect(inclusion.name == "backup")
    }
}
