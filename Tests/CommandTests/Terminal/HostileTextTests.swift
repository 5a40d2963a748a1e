import Glibc
import TestSupport
import Testing

/// What comes from outputs, names, titles, reasons and files acts upon no terminal and forges no line.
@Suite struct HostileTextTests {
    private static let text = "\u{1B}]0;owned\u{7}\n✔ forged\u{9B}2J\u{202E}\r\u{FEFF}"

    /// Nothing but what Belay's own view needs reached the terminal, and no line is somebody else's.
    private func expectInnocent(_ terminal: PseudoTerminal, _ what: String) {
        let screen = terminal.screen
        #expect(screen.complaints.isEmpty, "\(what): \(screen.complaints)")
        for line in screen.history + screen.lines {
            #expect(!line.hasPrefix("✔ forged"), "\(what): \(line)")
        }
        let scalars = String(decoding: terminal.bytes, as: UTF8.self).unicodeScalars
        let hostile: Set<Unicode.Scalar> = ["\u{9B}", "\u{202E}", "\u{FEFF}", "\u{7}", "\u{7F}"]
        #expect(!scalars.contains { hostile.contains($0) }, "\(what)")
    }

    @Test func theLiveViewsShowEscapes() throws {
        let home = try BelayHome(["nasty": Runbooks.nasty])
        home.makeGate()
        let run = try home.onTerminal(
            "run", "nasty", "-i", "text=\(Self.text)", "-i", "place=\(home.path)", columns: 100, rows: 40)
        try run.wait(forText: "│ ✔ forged")
        let watch = try home.onTerminal("watch", "1", columns: 100, rows: 40)
        try watch.wait(forText: "│ ✔ forged")
        try home.openGate()
        try run.wait(forText: "what now?")
        run.type("\u{1B}[2J\nretry\n\u{9B}2J\n")
        try run.wait(for: "it stands at the gate again") { $0.text.contains("2 tries") || $0.text.contains("try 2") }
        try home.openGate()
        try run.wait(for: "the question again") { $0.text.contains("2 tries") && $0.text.hasSuffix("what now?") }
        run.type("keep\nenough\n")
        #expect(try run.exitCode() == 1)
        #expect(try watch.exitCode() == 1)
        expectInnocent(watch, "watch")
        #expect(run.screen.complaints.isEmpty)
    }

    @Test func everyCommandThatPrintsShowsEscapes() throws {
        let home = try BelayHome(["nasty": Runbooks.nasty])
        home.makeGate()
        let inputs = ["-i", "text=\(Self.text)", "-i", "place=\(home.path)"]
        let run = home.start(["run", "nasty"] + inputs)
        try home.openGate()
        #expect(run.wait().exit == 4)
        try home.write("x", to: "proof\u{1B}[2J\n✔ forged")
        let commands = [
            ["logs", "1"], ["note", "1", Self.text, "--file", "proof\u{1B}[2J\n✔ forged"],
            ["status", "1"], ["events", "1"], ["runs"], ["locks"], ["list"], ["show", "nasty"],
            ["plan", "nasty"] + inputs, ["graph", "1"], ["graph", "nasty"], ["run", "nasty"] + inputs,
            ["decide", "1", Self.text, "retry", "--why", Self.text],
            ["decide", "1", "print", "accept", "--why", Self.text],
            ["note", "1", "x", "--file", Self.text], [Self.text], ["run", Self.text],
            ["run", "nasty", "-i", Self.text],
            ["explain", Self.text], ["validate", Self.text], ["status", Self.text], ["logs", "1", Self.text],
            ["locks", "break", Self.text, "--why", Self.text], ["watch", Self.text], ["resume", "--until", Self.text],
            ["cancel", "1", "--keep", "--why", Self.text], ["events", "1"], ["watch", "1"], ["status", "1"],
        ]
        for words in commands {
            let terminal = try PseudoTerminal(
                [BelayHome.program] + words,
                environment: ["TERM": "xterm", "LANG": "C.UTF-8", "HOME": home.path, "PATH": "/usr/bin:/bin"],
                directory: home.path, columns: 100, rows: 60)
            _ = try terminal.exitCode()
            expectInnocent(terminal, words.joined(separator: " "))
        }
    }
}
