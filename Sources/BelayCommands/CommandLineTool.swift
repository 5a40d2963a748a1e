import Diagnostics
import FoundationEssentials
import Glibc
import RunEngine
import RunReport

/// The program `belay`.
package enum CommandLineTool {
    /// Performs a command line (without the program's name) and gives the exit code.
    package static func main(_ words: [String]) -> Int32 {
        StandardStreams.makeSafe()
        if words.first == "__sqlite" { return SQLiteChild.main(Array(words.dropFirst())) }
        if words.first == "__archive" { return ArchiveChild.main(Array(words.dropFirst())) }
        let environment = Environment.current()
        if words.first == "__remind" { return NoticeChild.main(Array(words.dropFirst()), environment: environment) }
        do throws(UsageProblem) {
            let (leading, rest) = try WordReader.readLeading(words)
            guard let name = rest.first else { return try withoutCommand(leading, environment) }
            if name == "help" { return try help(Array(rest.dropFirst()), environment) }
            let command = try command(named: name)
            let parsed = try WordReader.read(Array(rest.dropFirst()), command.declaration)
            let session = Session(GlobalOptions(leading, parsed), environment: environment)
            if parsed.has("help") || leading.has("help") {
                session.streams.print(HelpText.page(command.declaration))
                return 0
            }
            return perform(try command.init(parsed), session)
        } catch {
            let streams = StandardStreams(environment: environment, noColour: words.contains("--no-color"))
            return FailureReport(streams: streams, isJSON: GlobalOptions.wantsJSON(words)).report(error)
        }
    }

    private static func perform(_ command: any Command, _ session: Session) -> Int32 {
        do {
            return try command.perform(session)
        } catch {
            return FailureReport(streams: session.streams, isJSON: session.isJSON).report(error)
        }
    }

    private static func withoutCommand(_ leading: ParsedWords, _ environment: [String: String]) throws(UsageProblem)
        -> Int32
    {
        let streams = StandardStreams(environment: environment, noColour: leading.has("no-color"))
        let overview = HelpText.overview(CommandTable.all.map { $0.declaration })
        guard !leading.has("help") else {
            streams.print(overview)
            return 0
        }
        guard leading.options.isEmpty else { throw UsageProblem(Wording.noCommand, help: Wording.commandsHelp) }
        streams.printError(overview)
        return 64
    }

    private static func help(_ words: [String], _ environment: [String: String]) throws(UsageProblem) -> Int32 {
        let streams = StandardStreams(environment: environment, noColour: true)
        guard let name = words.first(where: { !$0.hasPrefix("-") }) else {
            streams.print(HelpText.overview(CommandTable.all.map { $0.declaration }))
            return 0
        }
        streams.print(HelpText.page(try command(named: name).declaration))
        return 0
    }

    private static func command(named name: String) throws(UsageProblem) -> any Command.Type {
        if let command = CommandTable.all.first(where: { $0.declaration.name == name }) { return command }
        let near = nearest(to: name, in: CommandTable.all.map { $0.declaration.name } + ["help"])
        throw UsageProblem(
            Wording.unknownCommand(name), help: near.map { "did you mean 'belay \($0)'?" } ?? Wording.commandsHelp)
    }
}
