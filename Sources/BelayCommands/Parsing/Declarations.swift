/// An option of a command, or of all of them.
struct OptionDeclaration: Sendable {
    let name: String
    let short: Character?
    /// How its value is called in help; nil for a flag.
    let value: String?
    let isRepeatable: Bool
    /// The only words it takes; any where empty.
    let choices: [String]
    let help: String

    /// A switch.
    static func flag(_ name: String, short: Character? = nil, _ help: String) -> OptionDeclaration {
        OptionDeclaration(name: name, short: short, value: nil, isRepeatable: false, choices: [], help: help)
    }

    /// An option with a value.
    static func value(
        _ name: String, short: Character? = nil, _ value: String, repeatable: Bool = false, choices: [String] = [],
        _ help: String
    ) -> OptionDeclaration {
        OptionDeclaration(
            name: name, short: short, value: value, isRepeatable: repeatable, choices: choices, help: help)
    }
}

/// A word of a command that is no option.
struct ArgumentDeclaration: Sendable {
    enum Count: Sendable { case one, optional, any }
    let name: String
    let count: Count
    let help: String

    init(_ name: String, _ help: String) { self.init(name, .one, help) }

    init(_ name: String, _ count: Count, _ help: String) {
        self.name = name
        self.count = count
        self.help = help
    }
}

/// What a command takes, and what its help says.
struct CommandDeclaration: Sendable {
    let name: String
    /// A few words for the list of commands.
    let summary: String
    var details = ""
    var arguments: [ArgumentDeclaration] = []
    var options: [OptionDeclaration] = []
    /// Not listed: for Belay's own processes.
    var isHidden = false
    /// Takes all further words as they are.
    var isVerbatim = false

    init(_ name: String, _ summary: String, details: String = "") {
        self.name = name
        self.summary = summary
        self.details = details
    }

    init(
        _ name: String, _ summary: String, details: String = "", _ arguments: [ArgumentDeclaration],
        _ options: [OptionDeclaration] = []
    ) {
        self.init(name, summary, details: details)
        self.arguments = arguments
        self.options = options
    }
}

/// A command: its options as values, and what it does with them.
protocol Command: Sendable {
    static var declaration: CommandDeclaration { get }
    /// Errors: `UsageProblem` where the words do not make sense together.
    init(_ words: ParsedWords) throws(UsageProblem)
    /// Gives the exit code.
    func perform(_ session: Session) throws -> Int32
}

/// The command line is wrong; nothing was touched.
struct UsageProblem: Error, Equatable {
    let message: String
    let help: String?

    init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }
}
