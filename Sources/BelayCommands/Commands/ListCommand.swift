import Diagnostics
import RunEngine
import RunReport
import RunbookLoading
import RunbookModel

/// `belay list`.
struct ListCommand: Command {
    static let declaration = CommandDeclaration("list", "the runbooks in the runbook paths")

    init(_ words: ParsedWords) {}

    func perform(_ session: Session) throws -> Int32 {
        let workspace = try session.workspace()
        let loader = workspace.loader()
        let rows = workspace.runbookPaths.flatMap(RunbookFiles.runbooks).map { path in
            let (loaded, bag) = loader.load(path)
            return RunbookListView.Row(
                path: path, loaded?.root,
                problem: loaded == nil ? bag.diagnostics.first { $0.severity == .error }?.message : nil)
        }
        let view = RunbookListView(rows, paths: workspace.runbookPaths)
        session.show(view) { view.text($0) }
        return 0
    }
}

/// `belay show`.
struct ShowCommand: Command {
    static let declaration = CommandDeclaration(
        "show", "what a runbook is for, what it needs, and its steps",
        [ArgumentDeclaration("RUNBOOK", "a path, or a name found in the runbook paths")])

    private let runbook: String

    init(_ words: ParsedWords) { runbook = words.argument(0) ?? "" }

    func perform(_ session: Session) throws -> Int32 {
        let loaded = try session.workspace().loadRunbook(runbook)
        session.warn(loaded.diagnostics)
        let view = RunbookView(loaded.root, included: loaded.included, path: loaded.sources.first?.path ?? runbook)
        session.show(view) { view.text($0) }
        return 0
    }
}

/// `belay graph`.
struct GraphCommand: Command {
    static let declaration = CommandDeclaration(
        "graph", "the steps of a runbook or a run and what they need",
        [ArgumentDeclaration("RUNBOOK|RUN", "a path or name; or the number of a run, shown with its states")],
        [.value("format", "FORMAT", choices: ["text", "mermaid"], "text (default) or mermaid")])

    private let subject: String
    private let isMermaid: Bool

    init(_ words: ParsedWords) {
        subject = words.argument(0) ?? ""
        isMermaid = words.value("format") == "mermaid"
    }

    func perform(_ session: Session) throws -> Int32 {
        let view = try view(session)
        session.show(view) { isMermaid ? view.mermaid() : view.text($0) }
        return 0
    }

    private func view(_ session: Session) throws -> GraphView {
        if Int64(subject) != nil {
            let service = try session.service()
            let run = try session.run(Int64(subject), service)
            return GraphView(try RunInspector(session: session, service: service).machine(run).machine)
        }
        let loaded = try session.workspace().loadRunbook(subject)
        return GraphView(runbook: loaded.root, included: loaded.included)
    }
}

extension Workspace {
    /// Loads a runbook by path or name, without a system profile.
    ///
    /// Errors: everything that is wrong with it.
    func loadRunbook(_ name: String) throws(ServiceFailure) -> LoadedRunbook {
        let loader = loader()
        guard let path = loader.find(name) else {
            let names = runbookPaths.flatMap(RunbookFiles.runbooks).map {
                $0.split(separator: "/").last.map(String.init) ?? $0
            }
            let near = nearest(to: name, in: names.map { String($0.prefix { $0 != "." }) }).map {
                "did you mean '\($0)'? "
            }
            throw .refused(Wording.noRunbook(name), help: (near ?? "") + Wording.listHelp)
        }
        let (loaded, bag) = loader.load(path)
        guard let loaded else { throw .diagnostics(bag) }
        return loaded
    }
}

extension Wording {
    static func noRunbook(_ name: String) -> String { "there is no runbook '\(name)'" }
    static let listHelp = "'belay list' shows what there is"
}
