import RunbookModel

/// The files that a runbook's actions and checks name: scripts, migrations, templates.
enum ScriptFiles {
    static func named(in runbook: Runbook) -> [String] {
        var names: [String] = []
        for call in runbook.preconditions + runbook.rollback.verify { add(call, &names) }
        for step in runbook.steps + runbook.handlers.flatMap(\.steps) { add(step, &names) }
        return names
    }

    private static func add(_ step: Step, _ names: inout [String]) {
        switch step.body {
        case .action(let call): add(call.argument, &names)
        case .group(let steps): for step in steps { add(step, &names) }
        case .firstOf(let ladder):
            for call in ladder.until { add(call, &names) }
            for step in ladder.remedies { add(step, &names) }
        case .verify, .include: break
        }
        if let apply = step.apply { add(apply.argument, &names) }
        var checks = step.doneWhen + step.verify
        if case .actions(let undo) = step.undo {
            for call in undo.actions { add(call.argument, &names) }
            checks += undo.verify + undo.doneWhen
        }
        for check in checks { add(check, &names) }
    }

    private static func add(_ check: CheckCall, _ names: inout [String]) { add(check.argument, &names) }

    private static func add(_ argument: Argument, _ names: inout [String]) {
        switch argument {
        case .checks(let calls): for call in calls { add(call, &names) }
        case .record(let fields):
            let isScript = fields.allSatisfy { ["file", "args", "not_met"].contains($0.key) }
            if isScript, let file = argument["file"]?.value?.asString { names.append(file) }
            // What a file gave stands beside its name.
            if fields.contains(where: \.isPinned), let file = (argument["using"] ?? argument["from"])?.value?.asString {
                names.append(file)
            }
            for field in fields { add(field.value, &names) }
        case .list(let items): for item in items { add(item, &names) }
        case .constant, .template, .expression, .form: break
        }
    }
}
