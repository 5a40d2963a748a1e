/// The options that every command takes.
struct GlobalOptions: Sendable, Equatable {
    enum Format: String, Sendable { case text, json }

    var state: String?
    var format = Format.text
    var noColour = false
    var isQuiet = false

    static let declarations: [OptionDeclaration] = [
        .value("state", "DIR", "where runs are kept (else $BELAY_STATE, belay.yml, ./state)"),
        .value("output", "FORMAT", choices: ["text", "json"], "text (default) or json"),
        .flag("no-color", "no colours"),
        .flag("quiet", short: "q", "results and problems only"),
        .flag("help", short: "h", "help on the command"),
    ]

    init() {}

    /// The options before the command's name, then those after it.
    init(_ leading: ParsedWords, _ trailing: ParsedWords) {
        state = trailing.value("state") ?? leading.value("state")
        format = (trailing.value("output") ?? leading.value("output")).flatMap(Format.init) ?? .text
        noColour = leading.has("no-color") || trailing.has("no-color")
        isQuiet = leading.has("quiet") || trailing.has("quiet")
    }

    /// Whether the words ask for JSON, however wrong they are otherwise.
    static func wantsJSON(_ words: [String]) -> Bool {
        words.contains("--output=json") || zip(words, words.dropFirst()).contains { $0 == "--output" && $1 == "json" }
    }
}
