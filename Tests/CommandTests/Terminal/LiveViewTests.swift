import Glibc
import TestSupport
import Testing

/// What a person sees while a run goes on.
@Suite struct LiveViewTests {
    /// So many steps; the one in the middle prints lines and stands still at the gate.
    private func home(steps: Int, printing text: String = "seq 1 40") throws -> BelayHome {
        let all = (1...steps).map { number in
            let work = number == (steps + 1) / 2 ? "\(text); cat \"$HERE/gate\"" : "true"
            return
                "  - id: step\(number)\n    run: '\(work)'\n    env: {HERE: \"${{ inputs.place }}\"}\n    undo: none\n"
        }
        let home = try BelayHome([
            "many": "runbook: many\ninputs: {place: {type: path}}\nsteps:\n" + all.joined()
        ])
        home.makeGate()
        return home
    }

    private func isWhole(_ screen: ScreenModel, running step: String) -> Bool {
        let lines = screen.text.split(separator: "\n")
        return lines.last?.contains("running") == true && lines.contains { $0.contains("▸ \(step)  action running") }
    }

    @Test func theTreeFollowsTheSizeOfTheWindow() throws {
        let home = try home(steps: 31)
        let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)")
        try terminal.wait(for: "the step with its output") {
            isWhole($0, running: "step16") && $0.text.contains("│ 40")
        }
        #expect(terminal.screen.text.contains("15/31  running"))
        for (columns, rows) in [(80, 12), (50, 12), (24, 6), (120, 50), (80, 24)] {
            terminal.resize(columns: columns, rows: rows)
            let bar = columns < 40 ? "run 1 of many" : "15/31  running"
            try terminal.wait(for: "a frame of \(columns) × \(rows)") { screen in
                let lines = screen.text.split(separator: "\n", omittingEmptySubsequences: false)
                return lines.last?.contains(bar) == true && lines.count <= rows && screen.text.contains("step16")
            }
        }
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
        let all = terminal.screen.history + terminal.screen.lines
        #expect((1...31).allSatisfy { step in all.contains { $0.hasPrefix("  ✔ step\(step) ") } })
        #expect(terminal.screen.complaints.isEmpty)
        #expect(terminal.screen.text.contains("run 1 of many: succeeded"))
    }

    @Test func inAHandfulOfLinesTheBarIsStillThere() throws {
        let home = try home(steps: 9)
        let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)", columns: 30, rows: 2)
        try terminal.wait(forText: "run 1 of many")
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
    }

    @Test func withoutColoursTheStatesStandThereInWords() throws {
        let home = try home(steps: 3)
        let terminal = try home.onTerminal(
            "run", "many", "-i", "place=\(home.path)", environment: ["NO_COLOR": "1"])
        try terminal.wait(forText: "✔ step1  succeeded")
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
        let text = String(decoding: terminal.bytes, as: UTF8.self)
        #expect(["0m", "1m", "2m", "31m", "32m", "36m"].allSatisfy { !text.contains("\u{1B}[" + $0) })
    }

    @Test func aDumbTerminalGetsPlainLines() throws {
        let home = try home(steps: 3, printing: "true")
        let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)", environment: ["TERM": "dumb"])
        try terminal.wait(forText: "> step2")
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
        #expect(terminal.bytes.allSatisfy { $0 < 0x7F && $0 != 0x1B })
        #expect(terminal.screen.text.contains("+ step3"))
    }

    @Test func withoutUTF8TheFrameStillFits() throws {
        let home = try home(steps: 3, printing: "for i in 1 2 3 4 5 6 7 8 9; do printf é; done; echo")
        let terminal = try home.onTerminal(
            "run", "many", "-i", "place=\(home.path)", columns: 40, environment: ["LANG": "C"])
        try terminal.wait(for: "the frame") { $0.text.contains("\\u{e9}") && $0.text.contains("...") }
        #expect(terminal.screen.lines.filter { $0.contains("run 1 of many") }.count == 1)
        #expect(terminal.screen.lines.filter { $0.contains("| \\u{e9}") }.count == 1)
        #expect(terminal.bytes.allSatisfy { $0 < 0x7F })
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
    }

    @Test func whatIsTypedMeanwhileBreaksNothing() throws {
        let home = try home(steps: 3)
        let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)")
        try terminal.wait(forText: "│ 40")
        #expect(!terminal.isInOrder)
        terminal.type("\n\nhello\n")
        terminal.resize(columns: 79, rows: 24)
        try terminal.wait(for: "another frame") { $0.lines.filter { $0.contains("✔ step1") }.count == 1 }
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
        #expect(!terminal.screen.text.contains("hello"))
        #expect(terminal.isInOrder)
    }

    @Test func onlyLinesThatDifferAreSent() throws {
        let home = try home(steps: 21)
        let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)", rows: 30)
        try terminal.wait(forText: "│ 40")
        func seconds(_ screen: ScreenModel) -> Int {
            let bar = screen.text.split(separator: "\n").last?.split(separator: " ").last ?? ""
            return Int(bar.dropLast()) ?? 0
        }
        let start = seconds(terminal.screen)
        let before = terminal.bytes.count
        try terminal.wait(for: "two seconds pass") { seconds($0) >= start + 2 }
        // The step's line and the bar, each at most four times; a whole frame has more than a thousand bytes.
        #expect(terminal.bytes.count - before < 1_200)
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
    }

    @Test func aStepTellsHowLongItUsuallyTakes() throws {
        let home = try home(steps: 3)
        for expected in [false, true] {
            let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)")
            try terminal.wait(forText: "step2  action running")
            if expected { try terminal.wait(forText: "s, usually under 1s") }
            try home.openGate()
            #expect(try terminal.exitCode() == 0)
        }
    }

    @Test func wideCharactersAndMarksAreMeasuredInColumns() throws {
        let home = try home(steps: 3, printing: "for i in 1 2 3 4 5 6 7 8; do printf 日本語e\\\\u0301x; done; echo")
        let terminal = try home.onTerminal("run", "many", "-i", "place=\(home.path)", columns: 40)
        try terminal.wait(forText: "│ 日本語")
        let lines = terminal.screen.lines
        #expect(lines.filter { $0.contains("日") }.count == 1)
        #expect(lines.first { $0.contains("日") }?.hasSuffix("…") == true)
        try home.openGate()
        #expect(try terminal.exitCode() == 0)
    }

    @Test func inTheBackgroundThereAreOnlyLines() throws {
        let home = try BelayHome(["good": Runbooks.good])
        let terminal = try PseudoTerminal(
            ["/bin/sh", "-c", "set -m; \(BelayHome.program) run good & wait $!"],
            environment: ["TERM": "xterm", "NO_COLOR": "1", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"],
            directory: home.path)
        #expect(try terminal.exitCode() == 0)
        #expect(!terminal.bytes.contains(0x1B))
        #expect(terminal.screen.text.contains("✔ greet"))
    }
}
