/// The options of one command, as `--name value` and `--flag`.
struct Options {
    private let command: String
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    init(_ arguments: [String], command: String, values known: [String], flags knownFlags: [String] = []) throws {
        self.command = command
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let name = String(argument.dropFirst(2))
            if argument.hasPrefix("--") && knownFlags.contains(name) {
                flags.insert(name)
            } else if argument.hasPrefix("--") && known.contains(name) {
                guard let value = rest.popFirst() else { throw usage("\(argument) needs a value") }
                values[name] = value
            } else {
                throw usage("unknown argument '\(argument)'")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    func required(_ name: String) throws -> String {
        guard let value = values[name] else { throw usage("--\(name) is missing") }
        return value
    }

    func duration(_ name: String, default fallback: Int) throws -> Int {
        guard let text = values[name] else { return fallback }
        guard let value = milliseconds(text) else { throw usage("'\(text)' is no duration such as 300ms or 5s") }
        return value
    }

    func version(_ name: String) throws -> Version { try Version(argument: try required(name)) }

    func usage(_ message: String) -> DemoError { DemoError("\(command): \(message)", code: .usage) }
}
