import Actions
import Expressions
import RunEngine
import RunHost
import RunMachine
import RunPlan
import RunbookModel

extension MockHost {
    /// What touches nothing outside, and so is performed as it is.
    private static let pureActions: Set<String> = ["set", "end", "wait"]

    func command(_ part: RehearsedPart) -> RehearsedCommand {
        guard let node = part.node, case .attempt(let intent) = part.subject else { return RehearsedCommand() }
        let mock = state.withLock { state in
            state.launched[Self.key(intent.step, intent.number)] = Launch(isCommand: true)
            return nextTry(node, intent, &state)
        }
        var command = RehearsedCommand()
        command.elapsed = mock?.elapsed ?? .zero
        guard let mock else { return command }
        command.stdout = Array(mock.stdout.utf8)
        command.stderr = Array(mock.stderr.utf8)
        if !mock.outputs.isEmpty { command.output = Array(Value.map(mock.outputs).json().utf8) }
        switch mock.ending {
        case .exits: command.end = .exited(Int32(mock.exit))
        case .signal(let signal): command.end = .signalled(Int32(signal))
        case .timesOut: command.end = .timedOut
        case .isLost: command.end = .lost
        case .fails(let reason), .isInconclusive(let reason):
            command.end = .exited(1)
            command.stderr += Array((reason + "\n").utf8)
        }
        return command
    }

    func action(_ part: RehearsedPart, kind: String, _ argument: Value?) -> RehearsedAction {
        guard let node = part.node, case .attempt(let intent) = part.subject else {
            return .ends(ActionResult(.done), elapsed: .zero, undoData: nil)
        }
        if Self.pureActions.contains(kind) { return .isPerformed(http: .unavailable, elapsed: .zero) }
        if kind == "notify", !state.withLock({ $0.book.covers(node.path) }) {
            note(argument)
            return .ends(ActionResult(.done), elapsed: .zero, undoData: nil)
        }
        let mock = state.withLock { nextTry(node, intent, &$0) } ?? ActionMock(node.step.span)
        let isReversible = Vocabulary.standard.actions[kind]?.effect == .reversible
        let data: Value? = isReversible && intent.purpose == .action ? ["rehearsed": true] : nil
        if kind == "http", let answer = Self.answer(mock) {
            return .isPerformed(http: HTTPClient { _, _ in answer }, elapsed: mock.elapsed)
        }
        let result = Self.result(mock)
        if kind == "notify", result.outcome == .done { note(argument) }
        return .ends(result, elapsed: mock.elapsed, undoData: data)
    }

    func protection(_ part: RehearsedPart) -> AttemptOutcome {
        guard let node = part.node else { return AttemptOutcome(.done) }
        let mock = state.withLock { state in
            part.purpose == .protect
                ? state.book.next(.protect, at: node.path) { $0.protect.map { [$0] } ?? [] }
                : state.book.next(.restore, at: node.path) { $0.restore.map { [$0] } ?? [] }
        }
        guard let mock else { return AttemptOutcome(.done) }
        var outcome: AttemptOutcome
        switch Self.result(mock).outcome {
        case .done: outcome = AttemptOutcome(.done)
        case .failed(let reason, _): outcome = AttemptOutcome(.failed, cause: .error, reason: reason)
        case .inconclusive(let reason): outcome = AttemptOutcome(.inconclusive, reason: reason)
        case .interrupted: outcome = AttemptOutcome(.unknown, reason: "nobody knows what became of it")
        }
        outcome.elapsed = mock.elapsed.inMilliseconds
        return outcome
    }

    // MARK: Mocks

    /// The mock of an attempt's action; nil where it just goes well.
    private func nextTry(_ node: PlanNode, _ intent: AttemptIntent, _ state: inout State) -> ActionMock? {
        let path = node.path
        switch intent.purpose {
        case .apply, .undoApply: return state.book.next(.apply, at: path) { $0.apply }
        case .undo: return state.book.next(.undo, at: path) { $0.undo?.tries ?? [] }
        case .action:
            if !state.book.covers(path) { state.add(MissingMock(path: path, what: .action(node.action?.kind ?? ""))) }
            return state.book.next(.tries, at: path) { $0.tries }
        default: return nil
        }
    }

    /// Notes a message that would have been sent.
    private func note(_ argument: Value?) {
        guard let message = argument?.asMap else { return }
        let title = message["title"]?.asString.map { $0 + ": " } ?? ""
        let text = title + (message["text"]?.plainText ?? "")
        state.withLock { $0.notified.append(text) }
    }

    /// What a server answers; nil where the action ends otherwise than by an answer.
    private static func answer(_ mock: ActionMock) -> Result<HTTPResponse, HTTPFailure>? {
        switch mock.ending {
        case .timesOut: return .failure(.timedOut)
        case .exits where mock.exit == 0: break
        default: return nil
        }
        let headers = Dictionary(
            mock.headers.compactMap { entry in entry.key.asString.map { ($0.lowercased(), entry.value.plainText) } },
            uniquingKeysWith: { first, _ in first })
        var body: [UInt8] = []
        if let value = mock.body { body = Array((value.asString ?? value.json()).utf8) }
        return .success(HTTPResponse(status: mock.status, headers: headers, body: body, elapsed: mock.elapsed))
    }

    private static func result(_ mock: ActionMock) -> ActionResult {
        switch mock.ending {
        case .exits where mock.exit == 0: ActionResult(.done, outputs: mock.outputs)
        case .exits: .failed(mock.stderr.isEmpty ? "it fails, as the mock says" : mock.stderr)
        case .signal(let signal): .failed("ended by signal \(signal)")
        case .timesOut: .failed("timed out", .timeout)
        case .isLost: ActionResult(.interrupted)
        case .fails(let reason): .failed(reason)
        case .isInconclusive(let reason): ActionResult(.inconclusive(reason: reason))
        }
    }
}
