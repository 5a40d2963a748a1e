import RunMachine

/// The page about states: the tables that the machine obeys, and their diagrams, as Markdown.
package enum StatesPage {
    /// The text of docs/states.md; it depends on the tables alone.
    package static func markdown() -> String {
        """
        # States

        Generated from `StepTable` and `RunTable` (Sources/RunMachine); `RECORD=1 swift test --filter StatesPage` writes
        it again. A move that is not in these tables is a bug and is refused; the same state twice is not a move.

        ## A step

        \(table(StepTable.moves.map { ([names($0.from), names($0.to)], $0.when) }, columns: ["from", "to"]))

        \(stepDiagram())

        ## A run

        A run has a direction, which turns at most once, and an activity; a closed run has an outcome and never reopens.

        \(table(RunTable.moves.map { ([$0.direction.rawValue, code($0.from.rawValue), activities($0.to)], $0.when) },
                columns: ["direction", "from", "to"]))

        \(runDiagram())

        ## Outcomes

        \(outcomes())
        """ + "\n"
    }

    private static func code(_ text: String) -> String { "`\(text)`" }
    private static func names(_ states: [StepState]) -> String {
        states.map { code($0.rawValue) }.joined(separator: ", ")
    }
    private static func activities(_ all: [Activity]) -> String {
        all.map { code($0.rawValue) }.joined(separator: ", ")
    }

    private static func table(_ rows: [(cells: [String], when: String)], columns: [String]) -> String {
        let head = "| \((columns + ["when"]).joined(separator: " | ")) |"
        let rule = "|\(String(repeating: " --- |", count: columns.count + 1))"
        let body = rows.map { "| \(($0.cells + [$0.when]).joined(separator: " | ")) |" }
        return ([head, rule] + body).joined(separator: "\n")
    }

    private static func stepDiagram() -> String {
        let moves = StepTable.moves.flatMap { move in
            move.from.flatMap { from in move.to.map { "    \(from.rawValue) --> \($0.rawValue)" } }
        }
        return diagram(["    [*] --> \(StepState.pending.rawValue)"] + moves)
    }

    /// One composite state for each direction; every activity but `created` may lead to the turn or to the close.
    private static func runDiagram() -> String {
        let inner = Direction.allCases.flatMap { direction -> [String] in
            let moves = RunTable.moves.filter { $0.direction == direction }.flatMap { move in
                move.to.map { "        \(name(direction, move.from)) --> \(name(direction, $0))" }
            }
            return ["    state \(direction.rawValue) {"] + moves + ["    }"]
        }
        let closes = Direction.allCases.flatMap { direction in
            (RunTable.outcomes[direction] ?? []).map { "    \(direction.rawValue) --> \($0.rawValue)" }
        }
        let turn = "    \(Direction.forward.rawValue) --> \(Direction.rollback.rawValue): turns at most once"
        return diagram(["    [*] --> \(name(.forward, .created))"] + inner + [turn] + closes)
    }

    private static func name(_ direction: Direction, _ activity: Activity) -> String {
        "\(direction.rawValue)_\(activity.rawValue)"
    }

    private static func diagram(_ lines: [String]) -> String {
        (["```mermaid", "stateDiagram-v2"] + lines + ["```"]).joined(separator: "\n")
    }

    private static func outcomes() -> String {
        let rows = Direction.allCases.flatMap { direction in
            (RunTable.outcomes[direction] ?? []).map {
                "| \(direction.rawValue) | \(code($0.rawValue)) | \($0.exitCode) |"
            }
        }
        return (["| direction | outcome | exit code |", "| --- | --- | --- |"] + rows).joined(separator: "\n")
    }
}
