import Diagnostics
import Expressions
import RunMachine
import RunPlan
import RunbookModel

extension Sample {
    /// A step that a person does, undone by an action.
    static func person(_ id: StepID, needs: [StepID] = [], _ change: (inout Step) -> Void = { _ in }) -> Step {
        asking(id, "manual", needs: needs) {
            $0.undo = .actions(UndoActions(actions: [call()]))
            change(&$0)
        }
    }

    static func approval(_ id: StepID, needs: [StepID] = [], _ change: (inout Step) -> Void = { _ in }) -> Step {
        asking(id, "approve", needs: needs, change)
    }

    static func confirmation(_ id: StepID) -> Step { asking(id, "confirm", needs: []) { _ in } }

    /// An action that a person takes back.
    static func undonebyPerson(_ id: StepID, needs: [StepID] = []) -> Step {
        action(id, needs: needs) { $0.undo = .actions(UndoActions(actions: [call("manual")])) }
    }

    static func protected(_ id: StepID) throws -> Step {
        let protection = try protection("/etc/hosts")
        return asking(id, "manual", needs: []) { $0.protect = [protection] }
    }

    private static func asking(_ id: StepID, _ kind: String, needs: [StepID], _ change: (inout Step) -> Void) -> Step {
        var step = Step(id: id, span: span, body: .action(call(kind)))
        step.needs = needs
        change(&step)
        return step
    }

    /// `count`: 1 to 10; `colour`: red or green, red by default.
    static func form() -> [FormField] {
        var count = InputDeclaration(name: "count", span: span)
        count.type = .int
        count.minimum = 1
        count.maximum = 10
        var colour = InputDeclaration(name: "colour", span: span)
        colour.choices = ["red", "green"]
        colour.default = .constant("red")
        return [FormField(count), FormField(colour)]
    }
}

extension EngineLoop {
    static let start = Moment(wall: 1_000_000, boot: 1_000, bootID: "boot")
}

extension RunDecision {
    var isRefused: Bool { if case .refuse = self { true } else { false } }
}

extension Scenario {
    /// A run in which prompts of these steps are as `prompt` says.
    init(
        _ steps: [Step], prompts: [StepPath], _ prompt: (inout Prompt) -> Void,
        runbook: (inout Runbook) -> Void = { _ in }
    ) throws {
        try self.init(steps, runbook)
        let intent = AttemptIntent(
            step: "", number: 1, purpose: .action, tryNumber: 1, item: 0, token: "", at: EngineLoop.start, deadline: nil
        )
        var wanted = Prompt(kind: .manual, intent: intent, title: "", text: "", planDigest: "")
        prompt(&wanted)
        for path in prompts { loop.prompts[path] = wanted }
    }

    static func answer(
        _ step: StepPath, _ verdict: HumanAnswer.Verdict, _ prompt: Prompt, by actor: Actor, groups: [String] = [],
        at: Moment = EngineLoop.start
    ) -> HumanAnswer {
        HumanAnswer(
            id: "\(actor.user) \(verdict) \(step) \(at.wall) \(prompt.attempt)", step: step, attempt: prompt.attempt,
            verdict: verdict, actor: actor, groups: groups, at: at, shown: prompt.digest)
    }

    /// A person's answer to what is open at a step, after which the run goes on.
    @discardableResult
    mutating func answer(
        _ step: StepPath, _ verdict: HumanAnswer.Verdict, by actor: Actor = EngineLoop.operatorName,
        groups: [String] = [], values: [String: Value] = [:], ticked: [Int] = [], typed: String? = nil
    ) throws -> RunDecision {
        var prompt = self[step].openPrompt ?? self[step].prompt
        if prompt == nil { prompt = loop.prompts[step] }
        guard let prompt else { return .refuse(why: "nothing was ever asked") }
        var answer = Self.answer(step, verdict, prompt, by: actor, groups: groups, at: loop.now)
        answer.values = values.isEmpty ? nil : Stored(.map(ValueMap(values.map { ($0.key, $0.value) })))
        answer.ticked = ticked
        answer.typed = typed
        let decision = try loop.send(.answer(answer))
        if case .events = decision, !run.isClosed {
            try loop.send(.resumeActivity)
            try go()
        }
        return decision
    }
}
