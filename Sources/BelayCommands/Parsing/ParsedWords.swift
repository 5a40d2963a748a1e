/// The words of a command line, sorted into options and arguments.
struct ParsedWords: Equatable {
    var options: [String: [String]] = [:]
    var arguments: [String] = []

    func has(_ flag: String) -> Bool { options[flag] != nil }
    func value(_ option: String) -> String? { options[option]?.last }
    func values(_ option: String) -> [String] { options[option] ?? [] }
    func argument(_ index: Int) -> String? { index < arguments.count ? arguments[index] : nil }

    /// `name=value` texts of an option, by name.
    func pairs(_ option: String) throws(UsageProblem) -> [String: String] {
        var pairs: [String: String] = [:]
        for text in values(option) {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw UsageProblem(
                    "'\(text)' is not of the form name=value", help: "such as -\(option.prefix(1)) version=1.2.0")
            }
            let name = String(text[..<sign])
            guard pairs[name] == nil else { throw UsageProblem("'\(name)' is given twice") }
            pairs[name] = String(text[text.index(after: sign)...])
        }
        return pairs
    }

    /// A whole number of at least `minimum`; nil where the option is absent.
    func number(_ option: String, atLeast minimum: Int64) throws(UsageProblem) -> Int64? {
        guard let text = value(option) else { return nil }
        guard let number = Int64(text), number >= minimum else {
            throw UsageProblem("--\(option) needs a whole number of at least \(minimum), not '\(text)'")
        }
        return number
    }

    /// The number of a run; nil where the argument is absent.
    func run(_ index: Int) throws(UsageProblem) -> Int64? {
        guard let text = argument(index) else { return nil }
        guard let number = Int64(text.hasPrefix("#") ? String(text.dropFirst()) : text), number > 0 else {
            throw UsageProblem("'\(text)' is not the number of a run", help: "'belay runs' lists them")
        }
        return number
    }
}
