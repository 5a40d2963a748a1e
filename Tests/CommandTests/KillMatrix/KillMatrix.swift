import Glibc
import RunMachine
import TestSupport

/// Kills at one point of the protocol after the other, goes on as a person would, and judges how it ends.
struct KillMatrix: Sendable {
    /// One run that is killed at one place.
    struct Case: Sendable {
        let crashAt: String
        let isGood: Bool
        var killsSupervisor: Bool { crashAt.hasPrefix("supervisor") }
    }

    /// What the matrix did, for people.
    struct Figures: Sendable {
        var points = 0
        var runs = 0
        var kills = 0
        var resumes = 0
        var questions = 0
    }

    static let driverPoints = [
        "claimed", "before_commit", "after_commit", "before_launch", "after_launch", "before_outcome", "inside_started",
        "inside_done", "protected",
    ].map { "driver.\($0)" }

    static let supervisorPoints = [
        "before_started", "after_started", "after_spawn", "after_exit", "after_result",
    ].map { "supervisor.\($0)" }

    /// Everything where `BELAY_FULL` is set, else a sample that is quick.
    static var isFull: Bool { getenv("BELAY_FULL") != nil }

    let scratch: ScratchDirectory
    let belay: BelayBinary
    let runbook: String
    let inputs: [String: String]
    private(set) var figures = Figures()

    init(scratch: ScratchDirectory, runbook: String, inputs: [String: String]) {
        self.scratch = scratch
        belay = BelayBinary(in: scratch)
        self.runbook = runbook
        self.inputs = inputs
    }

    /// Runs with a crash and goes on until the run is closed. Gives whether anything was killed.
    ///
    /// `answer` is what a person says to a question about a step (nil: about the run).
    mutating func perform(_ crash: String, answer: (String?, Question) -> Choice) throws -> Bool {
        figures.points += 1
        figures.runs += 1
        var end = try belay.run(runbook, inputs, crashAt: crash)
        let driverWasKilled = end == .killed(signal: SIGKILL)
        if driverWasKilled { figures.kills += 1 }
        guard let inspector = try? RunInspector(state: belay.state), (try? inspector.record()) != nil else {
            // Killed before the run was opened: there is nothing to go on with.
            guard driverWasKilled else { throw TestFailure("no run was opened: \(end)\n\(belay.output)") }
            return true
        }
        var wasAsked = false
        for _ in 0..<40 where try inspector.record().outcome == nil {
            if let (step, question) = try inspector.questions().first {
                figures.questions += 1
                wasAsked = true
                let choice = answer(step, question)
                guard question.choices.contains(choice) else {
                    throw TestFailure("\(step ?? "the run") does not offer \(choice): \(question)")
                }
                end = try belay.decide(1, choice.rawValue, step: step)
            } else {
                figures.resumes += 1
                end = try belay.resume()
            }
        }
        guard let outcome = try inspector.record().outcome else {
            throw TestFailure("the run does not end: \(end)\n\(belay.output)")
        }
        if !(driverWasKilled && end == .killed(signal: SIGKILL)), end != .exited(outcome.exitCode) {
            throw TestFailure("the run is \(outcome) and the command ended with \(end)")
        }
        return driverWasKilled || wasAsked || crash.hasPrefix("supervisor")
    }
}
