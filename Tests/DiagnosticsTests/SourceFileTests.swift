import Diagnostics
import Testing

@Suite struct SourceFileTests {
    @Test(arguments: [("a\nb", 2), ("a\r\nb\r\n", 3), ("a\rb", 2), ("", 1), ("\n\n", 3)])
    func everyLineBreakOfYAMLEndsALine(text: String, lines: Int) {
        #expect(SourceFile(name: "f", text: text).lineCount == lines)
    }

    @Test func columnsCountCharactersNotBytes() {
        let file = SourceFile(name: "f", text: "x: größe: 1\n\tz")
        let offset = Array("x: größe".utf8).count
        func place(_ offset: Int) -> String { Span(file: file, range: offset..<offset).description }
        #expect(place(offset) == "f:1:9")
        #expect(place(file.bytes.count - 1) == "f:2:2")
        #expect(place(10_000) == "f:2:3")
    }

    @Test func aLineIsShownWithoutItsBreak() {
        let file = SourceFile(name: "f", text: "one\r\ntwo")
        #expect(file.text(in: file.lineRange(1)) == "one")
        #expect(file.text(in: file.lineRange(2)) == "two")
    }

    @Test func bytesThatAreNotUTF8CanBeShown() {
        let file = SourceFile(name: "f", bytes: [0x61, 0xFF, 0x62])
        #expect(file.text(in: 0..<3) == "a\u{FFFD}b")
    }

    @Test func aSpanPrintsAsAPlaceThatEditorsUnderstand() {
        let file = SourceFile(name: "dir/f.yml", text: "a\n  b")
        #expect(Span(file: file, range: 4..<5).description == "dir/f.yml:2:3")
        #expect(Span(file: file, range: 0..<1).union(Span(file: file, range: 4..<5)).range == 0..<5)
    }
}
