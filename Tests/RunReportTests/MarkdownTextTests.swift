import RunReport
import Testing

/// Markdown on a terminal: instructions that people read at night.
@Suite struct MarkdownTextTests {
    private func plain(_ source: String, width: Int = 40) -> String {
        MarkdownText.lines(source, TextStyle(width: width)).joined(separator: "\n")
    }

    private func coloured(_ source: String) -> String {
        MarkdownText.lines(source, TextStyle(isColoured: true, width: 60)).joined(separator: "\n")
    }

    @Test func paragraphsAreWrappedToTheWidth() {
        #expect(plain("one two\nthree four", width: 9) == "one two\nthree\nfour")
        #expect(plain("one\n\ntwo") == "one\n\ntwo")
        #expect(plain("one  \ntwo") == "one\ntwo")
    }

    @Test func aWordThatIsTooLongStaysWhole() {
        #expect(
            plain("see https://example.com/a/long/path now", width: 12) == "see\nhttps://example.com/a/long/path\nnow")
    }

    @Test func wideCharactersTakeTwoColumns() {
        #expect(plain("漢字 漢字 ab", width: 9) == "漢字 漢字\nab")
    }

    @Test func headingsStandOutWithAndWithoutColour() {
        #expect(plain("# Stop\n\ntext\n\n## Then") == "Stop\n====\n\ntext\n\nThen\n----")
        #expect(coloured("# Stop") == "\u{1B}[1mStop\u{1B}[0m")
    }

    @Test func emphasisIsColouredAndCodeKeepsItsMarksWithoutColour() {
        #expect(plain("**now** and *then* run `ls -l`") == "now and then run `ls -l`")
        #expect(
            coloured("**now** and *then* `ls -l`.")
                == "\u{1B}[1mnow\u{1B}[0m and \u{1B}[3mthen\u{1B}[0m \u{1B}[36mls -l\u{1B}[0m.")
    }

    @Test func listsAreMarkedNumberedAndIndented() {
        #expect(plain("- a\n- b\n  - c\n\ntext") == "· a\n· b\n  · c\n\ntext")
        #expect(plain("9. a\n10. bbbb bbbb bbbb", width: 13) == "9. a\n10. bbbb bbbb\n    bbbb")
        #expect(plain("- a\n\n- b") == "· a\n\n· b")
        #expect(plain("-\n- b") == "·\n· b")
    }

    @Test func quotesHaveABarAndCodeBlocksAreNotWrapped() {
        #expect(plain("> one, two four\n>\n> three", width: 11) == "│ one, two\n│ four\n│\n│ three")
        #expect(
            plain("text\n\n```sh\nsystemctl  stop a-long-name\n```", width: 10)
                == "text\n\n    systemctl  stop a-long-name")
        #expect(plain("1. do\n\n   > this") == "1. do\n\n   │ this")
    }

    @Test func linksShowWhereTheyLead() {
        #expect(plain("[the page](https://example.com)") == "the page (https://example.com)")
        #expect(plain("<https://example.com>") == "https://example.com")
        #expect(plain("![chart](c.png)") == "chart (c.png)")
    }

    @Test(
        "nothing of the source acts upon the terminal",
        arguments: [
            "\u{1B}[2Jx", "`\u{1B}[2J`", "```\n\u{1B}[2J\n```", "<b>\u{1B}[2J</b>", "<div>\u{1B}[2J</div>", "&#27;[2Jx",
            "&#x9b;2J",
            "[a](<\u{1B}[2J>)", "[a](/%1b &#27;)", "# \u{7}\u{8}", "a\u{202E}b", "\u{9B}2J", "> - \u{1B}]0;x\u{7}",
            "a\rb",
        ])
    func nothingActs(source: String) {
        let text = MarkdownText.lines(source, TextStyle(width: 40)).joined(separator: "\n")
        #expect(
            text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value)) })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }

    @Test func deepNestingNeitherFailsNorTakesTheWholeWidth() {
        let deep = String(repeating: "> ", count: 20_000) + "end"
        let lines = MarkdownText.lines(deep, TextStyle(width: 40))
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix("end"))
        #expect(lines[0].count <= 24)
        let nested = (0..<200).map { String(repeating: "  ", count: $0) + "- x" }.joined(separator: "\n")
        #expect(plain(nested).contains("x"))
    }

    @Test func aVeryLongTextIsShownAsItIsWritten() {
        let long = String(repeating: "*a* ", count: 50_000)
        #expect(plain(long).hasPrefix("*a* *a*"))
    }
}
