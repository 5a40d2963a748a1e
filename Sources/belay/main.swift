import BelayCommands
import Glibc
import FoundationEssentials
import RunEngine
import RunHost
import RunJournal
import RunMachine
import Diagnostics

struct Plain: RunObserver {
    func committed(_ events: [(at: Int64, event: RunEvent)], run: RunContext) {
        for (_, e) in events { print(String(decoding: try! JSONEncoder().encode(e), as: UTF8.self).prefix(220)) }
    }
}
let server = try ForkServer.start()
Signals.ignoreWriteSignals()
let env = ProcessInfo.processInfo.environment
var args = Array(CommandLine.arguments.dropFirst())
if args.first == "__sqlite" { exit(SQLiteChild.main(Array(args.dropFirst()))) }
do {
    let ws = try Workspace.discover(directory: FileManager.default.currentDirectoryPath, stateOption: nil, environment: env)
    let host = EngineHost.live(server, ws.configuration)
    let service = try RunService.open(ws, creates: true, actor: host.actor)
    var id: RunID
    if args[0] == "run" {
        var req = RunRequest(runbook: args[1], environment: env)
        for a in args.dropFirst(2) { if a.hasPrefix("--system=") { req.system = String(a.dropFirst(9)); continue }
            let p = a.split(separator: "=", maxSplits: 1); req.inputs[String(p[0])] = String(p[1]) }
        let draft = try RunService.draft(req, ws, host: Identity.current())
        id = try service.create(draft, host: host)
    } else if args[0] == "undo" { id = try service.createUndo(of: RunID(Int64(args[1])!), host: host)
    } else if args[0] == "decide" {
        id = RunID(Int64(args[1])!)
        let d = service.decision(Choice(rawValue: args[2])!, step: args.count > 3 ? .init(args[3]) : nil, why: "test", host: host)
        print(try service.say(id, InboxKind.decision, d))
    } else { id = RunID(Int64(args[1])!) }
    let claimed = try service.claim(id, ClaimOptions(environment: env), host: host, observer: Plain())
    let end = try claimed.drive()
    print(id, end)
    exit(end.exitCode)
} catch let ServiceFailure.diagnostics(bag) {
    print(DiagnosticText().render(DiagnosticReport(bag))); exit(2)
} catch { print("\(error)"); exit(9) }
