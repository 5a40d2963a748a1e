import RunMachine

/// The tables and diagrams of docs/states.md, from the tables that the machine itself goes by.
enum StatePage {
    static var steps: String {
        let rows = StepTable.moves.map { move in
            [names(move.from.map(\.rawValue)), names(move.to.map(\.rawValue)), move.when.escapedCell]
        }
        let arrows = StepTable.moves.flatMap { move in
            move.from.flatMap { from in move.to.map { "\(from.rawValue) --> \($0.rawValue)" } }
        }
        return MarkdownTable(head: ["from", "to", "when"], rows: rows).text + "\n\n" + diagram(arrows)
    }

    static var runs: String {
        let rows = RunTable.moves.map { move in
            [move.direction.rawValue, "`\(move.from.rawValue)`", names(move.to.map(\.rawValue)), move.when.escapedCell]
        }
        let outcomes = Direction.allCases.map { direction in
            [direction.rawValue, names((RunTable.outcomes[direction] ?? []).map(\.rawValue))]
        }
        return MarkdownTable(head: ["direction", "from", "to", "when"], rows: rows).text + "\n\n"
            + MarkdownTable(head: ["direction", "outcomes with which a run may close"], rows: outcomes).text
    }

    private static func names(_ states: [String]) -> String {
        states.map { "`\($0)`" }.joined(separator: ", ")
    }

    private static func diagram(_ arrows: [String]) -> String {
        (["```mermaid", "stateDiagram-v2", "    [*] --> pending"] + arrows.map { "    " + $0 } + ["```"])
            .joined(separator: "\n")
    }
}
