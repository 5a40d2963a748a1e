import Diagnostics
import Testing

@Suite struct DiagnosticTextTests {
    /// Renders one diagnostic whose span is the first place of `marked` in the text.
    private func render(
        _ text: String, _ marked: String, message: String = "message", help: String? = nil, isColoured: Bool = false
    ) -> String {
        let file = SourceFile(name: "f.yml", text: text)
        var bag = DiagnosticBag()
        bag.add(Diagnostic(.unknownStep, message, at: span(of: marked, in: file), help: help))
        return DiagnosticText(isColoured: isColoured).render(DiagnosticReport(bag))
    }

    private func span(of text: String, in file: SourceFile) -> Span {
        let bytes = file.bytes
        let start = bytes.firstRange(of: Array(text.utf8))?.lowerBound ?? 0
        return Span(file: file, range: start..<start + text.utf8.count)
    }

    @Test func aDiagnosticShowsItsPlace() {
        let text = render(
            "- id: a\n  needs: [bakcup]\n", "bakcup", message: "unknown step 'bakcup'", help: "did you mean 'backup'?")
        #expect(
            text == """
                error[R203]: unknown step 'bakcup'
                 --> f.yml:2:11
                  |
                2 |   needs: [bakcup]
                  |           ^^^^^^
                  = help: did you mean 'backup'?

                1 error

                """)
    }

    @Test func placesInOneFileAreShownTogetherAndOthersBelow() {
        let file = SourceFile(name: "f.yml", text: "a: 1\nb: 2\nc: 3\na: 4\n")
        let other = SourceFile(name: "g.yml", text: "x: y\n")
        var bag = DiagnosticBag()
        bag.add(
            Diagnostic(
                .duplicateKey, "twice", at: Span(file: file, range: 15..<16), label: "here",
                context: [
                    .init(Span(file: file, range: 0..<1), "first here"),
                    .init(Span(file: other, range: 3..<4), "there"),
                ], notes: ["one", "two\nlines"]))
        #expect(
            DiagnosticText().render(DiagnosticReport(bag)) == """
                error[R011]: twice
                 --> f.yml:4:1
                  |
                1 | a: 1
                  | - first here
                ...
                4 | a: 4
                  | ^ here
                 ::: g.yml:1:4
                  |
                1 | x: y
                  |    - there
                  = note: one
                  = note: two
                          lines

                1 error

                """)
    }

    @Test func tabsAndWideCharactersKeepTheUnderlineInPlace() {
        #expect(render("\tkey: 日本 x\n", "x").contains("1 |     key: 日本 x\n  |               ^\n"))
        #expect(render("e\u{301}: bad\n", "bad").contains("  |    ^^^\n"))
    }

    @Test func whatATerminalWouldActUponIsEscaped() {
        let text = render("a: \u{1B}[31m\u{202E}bad\u{7}\n", "bad", message: "name '\u{1B}]0;x\u{7}'\n")
        #expect(!text.utf8.contains(0x1B))
        #expect(!text.utf8.contains(0x07))
        #expect(text.contains(#"a: \u{1b}[31m\u{202e}bad\u{7}"#))
        #expect(text.contains(#"name '\u{1b}]0;x\u{7}'\u{a}"#))
        #expect(text.contains("\n  | " + String(repeating: " ", count: 21) + "^^^\n"))
    }

    @Test(arguments: [1_000, 5_000, 50_000], ["x", "ü"])
    func aLongLineIsCutAroundTheSpan(length: Int, filler: String) {
        let line = String(repeating: filler, count: length) + " bad " + String(repeating: "y", count: length)
        let text = render(line + "\n", "bad")
        #expect(text.contains("f.yml:1:\(length + 2)"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count < 180 })
        let lines = text.split(separator: "\n").map(String.init)
        let excerpt = lines[3]
        let underline = lines[4]
        #expect(excerpt.hasPrefix("1 | …\(filler)"))
        #expect(excerpt.hasSuffix("y…"))
        let column = underline.distance(from: underline.startIndex, to: underline.firstIndex(of: "^")!)
        #expect(excerpt.dropFirst(column).hasPrefix("bad"))
    }

    @Test func aSpanOfSeveralLinesIsUnderlinedOnItsFirst() {
        #expect(render("a:\n  b: 1\n  c: 2\n", "b: 1\n  c: 2").contains("2 |   b: 1\n  |   ^^^^\n"))
    }

    @Test func theEndOfAFileCanBePointedAt() {
        let file = SourceFile(name: "f.yml", text: "a: [1")
        var bag = DiagnosticBag()
        bag.add(Diagnostic(.yamlSyntax, "x", at: Span(file: file, range: 5..<5)))
        #expect(DiagnosticText().render(DiagnosticReport(bag)).contains("1 | a: [1\n  |      ^\n"))
    }

    @Test func coloursAreOnlyAdded() {
        let coloured = render("a: bad\n", "bad", help: "x", isColoured: true)
        #expect(coloured.contains("\u{1B}[1;31merror[R203]\u{1B}[0m"))
        var plain = coloured
        for code in ["0", "1", "1;31", "1;34", "1;36"] { plain = plain.replacing("\u{1B}[\(code)m", with: "") }
        #expect(plain == render("a: bad\n", "bad", help: "x"))
    }

    @Test func nothingIsSaidOfAnEmptyBag() {
        #expect(DiagnosticText().render(DiagnosticReport(DiagnosticBag())) == "")
    }
}
