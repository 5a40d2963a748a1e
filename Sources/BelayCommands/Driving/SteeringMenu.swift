import RunReport

/// The menu that Ctrl-C opens: what is offered, and what keys, further Ctrl-Cs and the passing of time lead to. Pure.
struct SteeringMenu {
    /// What is to be done.
    enum Action: Equatable {
        /// Nothing new starts while the menu is open.
        case hold
        /// As if there had been no menu.
        case goOn
        /// Pause after the attempts in flight.
        case pause
        /// Pause, and end the attempts in flight.
        case interrupt
        case rollBack
        case keep
    }

    enum Stage: Equatable {
        case closed
        case choosing
        case confirming(Action)
        /// The run pauses; another Ctrl-C asks whether to end what runs.
        case pausing
        case interrupting
    }

    private(set) var stage = Stage.closed
    /// When a pause is the answer that nobody gave, milliseconds since boot.
    private var deadline: Int64 = 0
    private let patience: Int64
    private var isForward = true
    private var mayRollBack = true

    /// `patience`: how long it waits for an answer, milliseconds.
    init(patience: Int64) { self.patience = patience }

    /// What the run allows at this moment.
    mutating func allow(isForward: Bool, mayRollBack: Bool) {
        self.isForward = isForward
        self.mayRollBack = mayRollBack
    }

    /// Whether keys are read.
    var isOpen: Bool {
        switch stage {
        case .choosing, .confirming: true
        case .closed, .pausing, .interrupting: false
        }
    }

    /// Ctrl-C: opens the menu; a second one asks whether to end what runs, a third one says yes to that.
    mutating func interrupt(now: Int64) -> [Action] {
        deadline = now + patience
        switch stage {
        case .closed:
            stage = .choosing
            return [.hold]
        case .confirming(.interrupt):
            stage = .interrupting
            return [.interrupt]
        case .choosing, .confirming, .pausing, .interrupting:
            stage = .confirming(.interrupt)
            return []
        }
    }

    mutating func press(_ key: Character, now: Int64) -> [Action] {
        switch stage {
        case .choosing: return choose(key, now)
        case .confirming(let action): return confirm(action, key, now)
        case .closed, .pausing, .interrupting: return []
        }
    }

    private mutating func choose(_ key: Character, _ now: Int64) -> [Action] {
        deadline = now + patience
        switch key {
        case "p", "\n", "\r":
            stage = .pausing
            return [.pause]
        case "c", "\u{1B}":
            stage = .closed
            return [.goOn]
        case "r" where isForward && mayRollBack: stage = .confirming(.rollBack)
        case "k" where isForward: stage = .confirming(.keep)
        case "i": stage = .confirming(.interrupt)
        default: break
        }
        return []
    }

    private mutating func confirm(_ action: Action, _ key: Character, _ now: Int64) -> [Action] {
        deadline = now + patience
        switch key {
        case "y":
            stage = action == .interrupt ? .interrupting : .closed
            return [action]
        case "n", "\n", "\r", "\u{1B}": stage = .choosing
        default: break
        }
        return []
    }

    /// Time passes: a pause is the safe answer.
    mutating func tick(now: Int64) -> [Action] {
        guard isOpen, now >= deadline else { return [] }
        stage = .pausing
        return [.pause]
    }

    /// What the person sees.
    func lines(now: Int64) -> [String] {
        let seconds = max(0, (deadline - now + 999) / 1_000)
        switch stage {
        case .closed: return []
        case .choosing: return Wording.menu(offers, seconds: seconds)
        case .confirming(let action): return Wording.confirm(action, isForward: isForward, seconds: seconds)
        case .pausing: return [Wording.pausing]
        case .interrupting: return [Wording.endingAttempts]
        }
    }

    private var offers: [String] {
        var offers = ["[p]ause", "[c]ontinue"]
        if isForward, mayRollBack { offers.append("[r]oll back") }
        if isForward { offers.append("[k]eep and end") }
        return offers + ["[i]nterrupt what runs"]
    }
}
