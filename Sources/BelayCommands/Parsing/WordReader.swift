import Diagnostics

/// Sorts the words of a command line by what a command declares.
struct WordReader {
    private let options: [OptionDeclaration]
    private var rest: ArraySlice<String>
    private var words = ParsedWords()
    private var isPastOptions = false

    /// Reads all words of a command.
    static func read(_ words: [String], _ command: CommandDeclaration) throws(UsageProblem) -> ParsedWords {
        var reader = WordReader(words, options: command.options + GlobalOptions.declarations)
        while let word = reader.rest.popFirst() { try reader.take(word) }
        if !reader.words.has("help") { try check(reader.words.arguments, command) }
        return reader.words
    }

    /// Reads the options before the name of a command; gives them, and the words from the name on.
    static func readLeading(_ words: [String]) throws(UsageProblem) -> (ParsedWords, [String]) {
        var reader = WordReader(words, options: GlobalOptions.declarations)
        while let word = reader.rest.first, word.hasPrefix("-"), word.count > 1 {
            reader.rest.removeFirst()
            try reader.take(word)
        }
        return (reader.words, Array(reader.rest))
    }

    private init(_ words: [String], options: [OptionDeclaration]) {
        rest = words[...]
        self.options = options
    }

    private mutating func take(_ word: String) throws(UsageProblem) {
        if isPastOptions || !word.hasPrefix("-") || word == "-" {
            words.arguments.append(word)
        } else if word == "--" {
            isPastOptions = true
        } else if word.hasPrefix("--") {
            try takeLong(word.dropFirst(2))
        } else {
            try takeShort(word.dropFirst())
        }
    }

    private mutating func takeLong(_ word: Substring) throws(UsageProblem) {
        let sign = word.firstIndex(of: "=")
        let name = String(word[..<(sign ?? word.endIndex)])
        guard let option = options.first(where: { $0.name == name }) else {
            let near = nearest(to: name, in: options.map(\.name))
            throw UsageProblem("unknown option '--\(name)'", help: near.map { "did you mean '--\($0)'?" })
        }
        try set(option, sign.map { String(word[word.index(after: $0)...]) })
    }

    /// `-q`, `-i name=value`, `-iname=value`, and flags together as in `-qf`.
    private mutating func takeShort(_ letters: Substring) throws(UsageProblem) {
        var letters = letters
        while let letter = letters.popFirst() {
            guard let option = options.first(where: { $0.short == letter }) else {
                throw UsageProblem("unknown option '-\(letter)'")
            }
            if option.value == nil {
                try set(option, nil)
            } else {
                return try set(option, letters.isEmpty ? nil : String(letters))
            }
        }
    }

    private mutating func set(_ option: OptionDeclaration, _ given: String?) throws(UsageProblem) {
        guard let name = option.value else {
            guard given == nil else { throw UsageProblem("option '--\(option.name)' takes no value") }
            words.options[option.name] = [""]
            return
        }
        guard let value = given ?? rest.popFirst() else {
            throw UsageProblem("option '--\(option.name)' needs a value: \(name)")
        }
        guard option.choices.isEmpty || option.choices.contains(value) else {
            let near = nearest(to: value, in: option.choices).map { "did you mean '\($0)'?" }
            throw UsageProblem(
                "--\(option.name) is one of \(option.choices.joined(separator: ", ")), not '\(value)'", help: near)
        }
        guard option.isRepeatable || words.options[option.name] == nil else {
            throw UsageProblem("option '--\(option.name)' is given twice")
        }
        words.options[option.name, default: []].append(value)
    }

    private static func check(_ arguments: [String], _ command: CommandDeclaration) throws(UsageProblem) {
        let required = command.arguments.count { $0.count == .one }
        let hasMany = command.arguments.contains { $0.count == .any }
        if arguments.count < required {
            let missing = command.arguments.filter { $0.count == .one }[arguments.count]
            throw UsageProblem("\(missing.name) is missing: \(missing.help)", help: "usage: \(HelpText.usage(command))")
        }
        if !hasMany, arguments.count > command.arguments.count {
            throw UsageProblem(
                "'\(arguments[command.arguments.count])' is one word too many",
                help: "usage: \(HelpText.usage(command))")
        }
    }
}
