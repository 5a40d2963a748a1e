import RunMachine
import RunPlan
import RunbookModel

/// Everything about one run: what `belay status` shows, and the last lines of a command that drove.
package struct RunView: Encodable, Sendable {
    /// What is known of a run beside its state; gathered by whoever asks.
    package struct Facts: Sendable {
        package var run: Int64
        package var requester: String
        package var startedAt: Int64
        package var endedAt: Int64?
        package var system: String?
        package var undoOf: Int64?
        /// Who drives it; nil where nobody does.
        package var driver: Driver?
        /// The terminal at which its questions are asked now; nil where there is none.
        package var terminal: Driver?
        /// Of its attempts, snapshots and artifacts.
        package var directory: String
        /// Files on disk that differ from what the run pinned.
        package var changedFiles: [String] = []
        package init(run: Int64, requester: String, startedAt: Int64, directory: String) {
            self.run = run
            self.requester = requester
            self.startedAt = startedAt
            self.directory = directory
        }
    }

    package struct Driver: Encodable, Sendable, Equatable {
        package let pid: Int32?
        package let user: String?
        package let since: String?
        /// Whether it is the process that asks.
        package let isSelf: Bool
        package init(pid: Int32?, user: String?, since: Int64?, isSelf: Bool) {
            self.pid = pid
            self.user = user
            self.since = since.map(ClockText.utc)
            self.isSelf = isSelf
        }
    }

    package struct Forward: Encodable, Sendable {
        package let result: String
        package let step: String?
        package let reason: String?
    }

    package struct Counts: Encodable, Sendable {
        /// Steps with an action or checks of their own, handlers left out.
        package var total = 0
        package var settled = 0
        /// Failures that the runbook or a person allowed.
        package var allowedFailures = 0
    }

    package let version = 1
    package let run: Int64
    package let runbook: String
    package let title: String?
    package let system: String?
    package let undoOf: Int64?
    package let isOpen: Bool
    package let direction: String
    package let activity: String
    /// Why it stands still, where there is more to say than its questions do.
    package let reason: String?
    package let outcome: String?
    /// The state in words.
    package let words: String
    package let requester: String
    package let startedAt: String
    package let endedAt: String?
    /// Milliseconds.
    package let elapsed: Int64
    package let driver: Driver?
    /// Where a person is asked now, who may answer there or from elsewhere.
    package let terminal: Driver?
    package let forward: Forward?
    package let rollback: String
    package let deadline: String?
    package let outputs: JSONValue?
    package let counts: Counts
    package let steps: [StepView]
    package let questions: [QuestionView]
    /// What people are asked now.
    package let prompts: [PromptView]
    /// Guide mode.
    package let isGuided: Bool
    /// Steps whose temporary change may be in force although the run is closed.
    package let held: [String]
    package let directory: String
    package let changedFiles: [String]
    /// Commands that go on from here, each with what it does.
    package let next: [NextCommand]
    let record: RunRecord
    let started: Int64

    private enum CodingKeys: String, CodingKey {
        case version, run, runbook, title, system, undoOf, isOpen, direction, activity, reason, outcome, words,
            requester
        case startedAt, endedAt, elapsed, driver, terminal, forward, rollback, deadline, outputs, counts, steps,
            questions, held
        case prompts, isGuided
        case directory, changedFiles, next
    }

    /// The view of a run in this state, at this time.
    package init(_ facts: Facts, _ machine: RunMachine, runbook: Runbook, at moment: Moment) {
        let now = moment.wall
        let record = machine.run
        self.record = record
        started = facts.startedAt
        run = facts.run
        self.runbook = runbook.name.text
        title = runbook.title
        system = facts.system
        undoOf = facts.undoOf
        isOpen = !record.isClosed
        direction = record.direction.rawValue
        activity = record.activity.rawValue
        reason = record.isClosed ? nil : record.activityReason
        outcome = record.outcome?.rawValue
        words = Self.words(machine, isDriven: facts.driver != nil)
        requester = facts.requester
        startedAt = ClockText.utc(facts.startedAt)
        endedAt = facts.endedAt.map(ClockText.utc)
        elapsed = max(0, (facts.endedAt ?? now) - facts.startedAt)
        driver = facts.driver
        terminal = facts.terminal
        forward = record.forward.map { Forward(result: $0.result.rawValue, step: $0.step, reason: $0.reason) }
        rollback = record.rollback.rawValue
        deadline = record.isClosed ? nil : record.deadline.map { ClockText.utc($0.due.wall) }
        outputs = record.outputs.map { JSONValue($0.value) }
        steps = RunTree.steps(machine, now: now)
        counts = RunTree.counts(machine)
        questions = RunTree.questions(machine, run: facts.run)
        prompts = RunTree.prompts(machine, run: facts.run, at: moment)
        isGuided = record.isGuided
        held = machine.run.isClosed ? RunTree.held(machine) : []
        directory = facts.directory
        changedFiles = facts.changedFiles
        next = NextCommand.all(
            run: facts.run, record, isDriven: facts.driver != nil && facts.driver?.isSelf == false,
            questions: questions, prompts: prompts, hasStarted: machine.steps.contains { $0.state.mayHaveEffect })
    }

    private static func words(_ machine: RunMachine, isDriven: Bool) -> String {
        let record = machine.run
        guard let outcome = record.outcome else {
            return StateWords.words(
                record.activity, record.direction, isDriven: isDriven, forPeople: machine.asksOnlyPeople)
        }
        return StateWords.words(outcome)
    }
}
