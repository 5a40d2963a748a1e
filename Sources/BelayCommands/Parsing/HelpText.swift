/// The text of `belay --help` and `belay help COMMAND`.
enum HelpText {
    static func overview(_ commands: [CommandDeclaration]) -> String {
        let shown = commands.filter { !$0.isHidden }
        let width = shown.map(\.name.count).max() ?? 0
        let list = shown.map { "  \(pad($0.name, width))  \($0.summary)\n" }.joined()
        return """
            Belay runs runbooks: step graphs with a journal, resume and rollback.

            Usage: belay [OPTIONS] COMMAND …

            Commands:
            \(list)
            Options of every command:
            \(options(GlobalOptions.declarations))
            'belay help COMMAND' tells more about one.

            """
    }

    static func page(_ command: CommandDeclaration) -> String {
        var text = "\(command.summary)\n\nUsage: \(usage(command))\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        let width = command.arguments.map(\.name.count).max() ?? 0
        if !command.arguments.isEmpty {
            text += "\nArguments:\n" + command.arguments.map { "  \(pad($0.name, width))  \($0.help)\n" }.joined()
        }
        if !command.options.isEmpty { text += "\nOptions:\n" + options(command.options) }
        return text + "\nOptions of every command:\n" + options(GlobalOptions.declarations)
    }

    /// `belay run RUNBOOK [-i name=value]… [--yes]`.
    static func usage(_ command: CommandDeclaration) -> String {
        let arguments = command.arguments.map { argument in
            switch argument.count {
            case .one: argument.name
            case .optional: "[\(argument.name)]"
            case .any: "[\(argument.name)]…"
            }
        }
        let options = command.options.map { option in
            let name = option.short.map { "-\($0)" } ?? "--\(option.name)"
            return "[\(name)\(option.value.map { " \($0)" } ?? "")]" + (option.isRepeatable ? "…" : "")
        }
        return (["belay", command.name] + arguments + options).joined(separator: " ")
    }

    private static func options(_ options: [OptionDeclaration]) -> String {
        let names = options.map { option in
            (option.short.map { "-\($0), " } ?? "    ") + "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
        }
        let width = names.map(\.count).max() ?? 0
        return zip(names, options).map { "  \(pad($0, width))  \($1.help)\n" }.joined()
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
