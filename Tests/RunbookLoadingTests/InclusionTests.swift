import RunbookModel
import Testing

@testable import RunbookLoading

@Suite struct InclusionTests {
    private let leaf =
        "steps: [{id: a, run: x, undo: none, outputs: {n: {type: int}}}]\noutputs: {n: steps.a.outputs.n}\n"

    @Test func outputsAndStepsOfAnIncludedRunbookAreTyped() {
        let root =
            "runbook: root\nsteps:\n  - {id: i, runbook: leaf}\n  - id: b\n    run: x\n    undo: none\n    when: "
        let leaf = "runbook: leaf\n" + leaf
        #expect(Fixture.load([("root.yml", root + "steps.i.steps.a.outputs.n > 1\n"), ("leaf.yml", leaf)]).1 == "")
        #expect(Fixture.load([("root.yml", root + "steps.i.outputs.n == 1\n"), ("leaf.yml", leaf)]).1 == "")
        let wrong = Fixture.load([("root.yml", root + "steps.i.outputs.m == 1\n"), ("leaf.yml", leaf)]).1
        #expect(wrong.contains("unknown output 'm'"))
    }

    @Test func anIncludedRunbookSeesItsOwnNamesOnly() {
        let root = "runbook: root\ninputs: {x: {default: a}}\nsteps: [{id: i, runbook: leaf}]\n"
        let leaf = "runbook: leaf\nsteps: [{id: a, when: inputs.x == 'a', run: x, undo: none}]\n"
        let problems = Fixture.load([("root.yml", root), ("leaf.yml", leaf)]).1
        #expect(problems.contains("unknown input 'x'"))
        #expect(problems.contains("leaf.yml:2:"))
    }

    @Test func aFileIsLoadedOnceAndPinned() throws {
        let root = "runbook: root\nsteps: [{id: a, runbook: leaf}, {id: b, runbook: leaf}]\n"
        let files = [("dir/root.yml", root), ("dir/leaf.yml", "runbook: leaf\n" + leaf)]
        let runbook = try #require(Fixture.load(files).0)
        #expect(runbook.sources.map(\.path) == ["dir/root.yml", "dir/leaf.yml"])
        let pinned = Dictionary(uniqueKeysWithValues: runbook.sources.map { ($0.path, $0.file.bytes) })
        let again = RunbookLoader(provider: .pinned(pinned)).load("dir/root.yml").runbook
        #expect(again?.included.keys.map(\.text) == ["leaf"])
    }

    @Test func aRunbookIsFoundByItsNameInTheOrderOfTheSearchPaths() {
        let files = ["b/x.yml": [UInt8](), "c/x.yaml": [], "c/y.yaml": []]
        let loader = RunbookLoader(searchPaths: ["a", "b", "c"], provider: .pinned(files))
        #expect(loader.find("x") == "b/x.yml")
        #expect(loader.find("y") == "c/y.yaml")
        #expect(loader.find("z") == nil)
        #expect(loader.find("some/path.yml") == "some/path.yml")
    }

    @Test func aDeepChainOfInclusionsIsRefused() {
        let files = (0..<60).map { number in
            let text = "runbook: r\(number)\nsteps: [{id: a, runbook: r\(number + 1)}]\n"
            return (path: "r\(number).yml", text: text)
        }
        #expect(Fixture.load(files).1.contains("more than 32 deep"))
    }
}
