import RunMachine
import RunbookModel
import Testing

@Suite("Every reachable state") struct ModelCheckTests {
    /// All graphs of up to three steps, up to the names of their steps.
    static let graphs: [[[Int]]] = [
        [[]], [[], []], [[], [0]],
        [[], [], []], [[], [0], []], [[], [0], [0]], [[], [], [0, 1]], [[], [0], [1]], [[], [0], [0, 1]],
    ]
    static let names: [StepID] = ["a", "b", "c"]

    private static func check(
        _ graph: [[Int]], _ budget: ModelCheck.Budget, _ what: String, _ change: (Int, inout Step) -> Void
    )
        throws
    {
        let steps = graph.indices.map { index in
            Sample.action(names[index], needs: graph[index].map { names[$0] }) {
                $0.onFailure = .rollback
                $0.onInterrupt = .fail
                change(index, &$0)
            }
        }
        let result = try ModelCheck.run(Sample.plan(steps), budget)
        let outcomes = result.outcomes.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        print("model check, \(what) \(graph): \(result.states) states, closed: \(outcomes)")
        #expect(result.outcomes[.succeeded] != nil)
    }

    @Test("no fault leads a small run to a false outcome or a dead end", arguments: graphs) func plain(graph: [[Int]])
        throws
    {
        // Three independent steps have too many orders for all faults at once.
        let isWide = graph.count == 3 && graph.allSatisfy(\.isEmpty)
        try Self.check(
            graph, .init(failures: 1, crashes: isWide ? 0 : 1, undoFailures: isWide ? 0 : 1), "plain"
        ) { _, _ in }
    }

    @Test("nor where failed steps are tried again", arguments: graphs.filter { $0.count < 3 })
    func retried(graph: [[Int]]) throws {
        try Self.check(graph, .init(failures: 2, crashes: 1, undoFailures: 1), "retry") { _, step in
            step.retry = Sample.retry(2)
            step.onInterrupt = .rerun
        }
    }

    @Test("nor where a person must answer for everything", arguments: graphs.filter { $0.count < 3 })
    func asked(graph: [[Int]]) throws {
        try Self.check(graph, .init(failures: graph == [[], []] ? 1 : 2, crashes: 1, undoFailures: 1), "ask") {
            _, step in
            step.onFailure = .stop
            step.onInterrupt = .ask
        }
    }

    @Test("nor where people do steps, decide and take back", arguments: [[[]], [[], []], [[], [0]], [[], [0], [0]]])
    func people(graph: [[Int]]) throws {
        for kind in ["manual", "approve"] {
            for place in graph.indices {
                let steps = Self.withPeople(graph, kind, at: place)
                let isWide = graph.count == 3 || graph == [[], []]
                let budget = ModelCheck.Budget(failures: 1, crashes: isWide ? 0 : 1, undoFailures: isWide ? 0 : 1)
                let expiring = try Scenario([], prompts: ["x"]) {
                    $0.expires = Deadline(from: EngineLoop.start, length: 1_000)
                }.loop.prompts["x"]
                let result = try ModelCheck.run(
                    Sample.plan(steps), budget,
                    prompts: kind == "approve" ? [StepPath(Self.names[place].text): expiring!] : [:])
                print("model check, \(kind) at \(place) \(graph): \(result.states) states, \(result.outcomes)")
                #expect(result.outcomes[.succeeded] != nil)
            }
        }
    }

    private static func withPeople(_ graph: [[Int]], _ kind: String, at place: Int) -> [Step] {
        graph.indices.map { index in
            let needs = graph[index].map { names[$0] }
            guard index == place else {
                return Sample.action(names[index], needs: needs) {
                    $0.onFailure = .rollback
                    $0.onInterrupt = .fail
                }
            }
            guard kind == "manual" else { return Sample.approval(names[index], needs: needs) }
            return Sample.person(names[index], needs: needs) {
                $0.onFailure = .rollback
                $0.undo = .actions(UndoActions(actions: [Sample.call("manual")]))
            }
        }
    }

    @Test("nor in guide mode", arguments: [[[]], [[], []], [[], [0]]]) func guided(graph: [[Int]]) throws {
        let steps = graph.indices.map { index in
            Sample.action(Self.names[index], needs: graph[index].map { Self.names[$0] }) { $0.onInterrupt = .rerun }
        }
        let result = try ModelCheck.run(
            Sample.plan(steps), .init(failures: 1, crashes: 1, undoFailures: 0), guided: true)
        print("model check, guided \(graph): \(result.states) states, \(result.outcomes)")
        #expect(result.outcomes[.succeeded] != nil)
    }

    @Test("nor where one step is the point of no return", arguments: [[[], [0]], [[], [0], [1]], [[], [0], [0]]])
    func commits(graph: [[Int]]) throws {
        for commit in graph.indices where commit < 2 && graph.count - commit > 0 {
            // A commit step stands before or after every other one.
            guard graph.count < 3 || commit == 0 || graph[2] == [1] else { continue }
            let crashes = graph == [[], [0], [0]] ? 0 : 1
            try Self.check(graph, .init(failures: 2, crashes: crashes, undoFailures: crashes), "commit \(commit)") {
                index, step in
                guard index == commit else { return }
                step.isCommit = true
                step.doneWhen = [Sample.check]
                step.undo = .unspecified
            }
        }
    }

    @Test("nor inside a group that is taken back by itself") func groups() throws {
        let inner = [Sample.action("a"), Sample.action("b", needs: ["a"])]
        let steps = [
            Sample.group("g", inner) { $0.onFailure = .undoGroup },
            Sample.action("c", needs: ["g"]) { $0.onFailure = .rollback },
        ]
        let result = try ModelCheck.run(Sample.plan(steps), .init(failures: 1, crashes: 1, undoFailures: 1))
        print("model check, groups: \(result.states) states, closed: \(result.outcomes)")
        #expect(result.outcomes[.rolledBack] != nil)
    }

    @Test("nor where a person decides about a commit step") func askedCommit() throws {
        try Self.check([[], [0], [1]], .init(failures: 2, crashes: 1, undoFailures: 0), "asked commit") { index, step in
            step.onFailure = .stop
            guard index == 1 else { return }
            step.isCommit = true
            step.doneWhen = [Sample.check]
            step.undo = .unspecified
        }
    }

    @Test("nor inside a loop whose instances are taken back one by one") func instances() throws {
        let body = Sample.group("f", [Sample.action("a"), Sample.action("b", needs: ["a"])]) {
            $0.onFailure = .undoGroup
        }
        let steps = [
            Sample.foreach(body, maxParallel: 2, maxFailed: 1),
            Sample.action("c", needs: ["f"]) { $0.onFailure = .rollback },
        ]
        let result = try ModelCheck.run(
            Sample.plan(steps), .init(failures: 1, crashes: 1, undoFailures: 0), keys: ["f": ["x", "y"]])
        print("model check, instances: \(result.states) states, closed: \(result.outcomes)")
        #expect(result.outcomes[.succeeded] != nil)
    }

    @Test("nor where a temporary change is released", arguments: [false, true])
    func releases(reapplies: Bool) throws {
        let steps = [
            Sample.action("a") {
                $0.release = Release(after: ["b"], reapply: reapplies)
                $0.onFailure = .rollback
            }, Sample.action("b", needs: ["a"]) { $0.onFailure = .rollback },
            Sample.action("c", needs: ["b"]) { $0.onFailure = .rollback },
        ]
        let result = try ModelCheck.run(Sample.plan(steps), .init(failures: 1, crashes: 1, undoFailures: 1))
        print("model check, releases: \(result.states) states, closed: \(result.outcomes)")
        #expect(result.outcomes[.rolledBack] != nil)
    }

    @Test("nor in a ladder of remedies", arguments: [false, true]) func ladders(undoes: Bool) throws {
        let steps = [
            Sample.ladder("l", [Sample.action("a"), Sample.action("b")], undoIfUnhelpful: undoes) {
                $0.onFailure = .rollback
            },
            Sample.action("c", needs: ["l"]) { $0.onFailure = .rollback },
        ]
        let result = try ModelCheck.run(Sample.plan(steps), .init(failures: 1, crashes: 1, undoFailures: 1))
        print("model check, ladders: \(result.states) states, closed: \(result.outcomes)")
        #expect(result.outcomes[.rolledBack] != nil && result.outcomes[.succeeded] != nil)
    }

    @Test("nor where a remedy has steps of its own") func laddersOfGroups() throws {
        let inner = Sample.group("g", [Sample.action("a"), Sample.action("b", needs: ["a"])])
        let steps = [
            Sample.ladder("l", [inner, Sample.action("c")], undoIfUnhelpful: true) { $0.onFailure = .proceed },
            Sample.action("d", needs: ["l"]) { $0.onFailure = .rollback },
        ]
        let result = try ModelCheck.run(Sample.plan(steps), .init(failures: 1, crashes: 1, undoFailures: 1))
        print("model check, ladders of groups: \(result.states) states, closed: \(result.outcomes)")
        #expect(result.outcomes[.rolledBack] != nil && result.outcomes[.succeeded] != nil)
    }
}
