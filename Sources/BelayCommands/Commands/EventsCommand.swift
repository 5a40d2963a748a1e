import RunJournal
import RunReport

/// `belay events`.
struct EventsCommand: Command {
    static let declaration = CommandDeclaration(
        "events", "the history of a run, one line an event",
        [ArgumentDeclaration("RUN", .optional, "its number; the newest open one by default, else the newest")],
        [.value("after", "NUMBER", "only events after this one")])

    private let run: Int64?
    private let after: Int64

    init(_ words: ParsedWords) throws(UsageProblem) {
        run = try words.run(0)
        after = try words.number("after", atLeast: 0) ?? 0
    }

    func perform(_ session: Session) throws -> Int32 {
        let service = try session.service()
        let run = try session.run(run, service, orClosed: true)
        let events = try service.journal.events(run, after: after).map {
            EventView(run: run.number, number: $0.sequence, at: $0.at, $0.event)
        }
        if session.isJSON {
            session.streams.printJSON(events.map { ViewJSON.line($0) }.joined())
        } else {
            session.streams.print(events.map { $0.line() + "\n" }.joined())
        }
        return 0
    }
}
