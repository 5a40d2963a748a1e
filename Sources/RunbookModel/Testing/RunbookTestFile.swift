import Diagnostics
import Expressions

/// A file of tests of one runbook (`NAME.test.yml`).
package struct RunbookTestFile: Sendable {
    package let runbook: Located<RunbookName>
    /// The name of the system profile; nil where the inline profile is all there is, or none is needed.
    package var system: Located<String>?
    /// Keys that replace or extend those of the profile.
    package var profile: SystemProfile?
    /// What holds for all tests, where they do not say otherwise.
    package var shared = TestSettings()
    package var tests: [RunbookTest] = []

    package init(runbook: Located<RunbookName>) { self.runbook = runbook }
}

/// What surrounds a rehearsed run.
package struct TestSettings: Sendable {
    package var inputs: [Located<(name: String, value: Value)>] = []
    /// Replace those of a made-up host.
    package var facts = ValueMap()
    package var environment: [String: String] = [:]
    package var secrets: [Located<(name: String, value: String)>] = []
    /// When the run starts, milliseconds since 1970.
    package var now: Int64?
    package var mocks: [MockEntry] = []
    package var answers: [AnswerEntry] = []
    package var preconditions: LookMock?
    package var rollbackVerify: LookMock?

    package init() {}
}

/// One test: the surroundings of a run, what happens to it, and what must come out.
package struct RunbookTest: Sendable {
    package let name: Located<String>
    package var settings = TestSettings()
    package var crashes: [CrashOrder] = []
    package var then: [TestOrder] = []
    /// Guide mode: a person lets each step start.
    package var isGuided = false
    package var expect: TestExpectation

    package init(name: Located<String>, expect: TestExpectation) {
        self.name = name
        self.expect = expect
    }
}

/// Where the driver dies.
package struct CrashOrder: Sendable {
    package enum Point: String, Sendable, CaseIterable {
        /// Before the intent is on disk.
        case beforeCommit = "before_commit"
        /// The intent is on disk, nothing is launched.
        case intended
        case started
        /// It has ended, and the outcome is not on disk.
        case finished
    }

    package enum Evidence: String, Sendable, CaseIterable {
        case finished, running, lost
        case neverLaunched = "never_launched"
    }

    package let step: Located<String>
    package let point: Point
    /// As in `Purpose`; the action, or the checks of a verify step, where the file says nothing.
    package var purpose: String?
    /// The number of the try at which it happens, from 1; nil: the next one.
    package var tryNumber: Int?
    /// What the next driver finds; nil: what follows from the point.
    package var evidence: Evidence?
    /// The host goes down with it.
    package var reboots = false
    /// How long nobody drives the run then.
    package var down: Duration = .zero

    package init(step: Located<String>, point: Point) {
        self.step = step
        self.point = point
    }
}

/// What a person does when the run stands still or its driver has died.
package struct TestOrder: Sendable {
    package enum Kind: Sendable, Equatable {
        case resume
        case cancel(keep: Bool)
        /// A choice as in `Choice`; without a step about the run.
        case choose(String, step: String?)
    }
    package let kind: Kind
    package var outputs: ValueMap?
    package let span: Span

    package init(_ kind: Kind, _ span: Span) {
        self.kind = kind
        self.span = span
    }
}
