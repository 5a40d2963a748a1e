import Diagnostics
import Testing

@testable import RunbookLoading

/// Reads a text; returns its root and the rendered diagnostics.
func read(_ text: String) -> (root: SyntaxNode?, problems: String) {
    read(bytes: Array(text.utf8))
}

func read(bytes: [UInt8]) -> (root: SyntaxNode?, problems: String) {
    var bag = DiagnosticBag()
    let root = YAMLReader.read(SourceFile(name: "test.yml", bytes: bytes), &bag)
    return (root, DiagnosticText().render(DiagnosticReport(bag)))
}

@Suite struct YAMLReaderTests {
    @Test func keysAndValuesHaveTheirSpans() throws {
        let root = try #require(read("title: größer\nretry: {attempts: 3}\nlist:\n  - a\n  - 'b c'\n").root)
        let entries = try #require(root.mapping)
        #expect(entries.map(\.key) == ["title", "retry", "list"])
        #expect(entries.map(\.keySpan.text) == ["title", "retry", "list"])
        #expect(entries.map(\.value.span.text) == ["größer", "{attempts: 3}", "- a\n  - 'b c'"])
        #expect(entries[1].value.value(for: "attempts")?.span.description == "test.yml:2:19")
        #expect(entries[2].value.sequence?.map(\.span.text) == ["a", "'b c'"])
    }

    @Test func aByteOrderMarkIsPassedOver() throws {
        let root = try #require(read("\u{FEFF}a: 1\n").root)
        #expect(root.value(for: "a")?.span.text == "1")
    }

    @Test func spansLeaveOutAnchorsAndTags() throws {
        let root = try #require(read("a: &x !!str  12\nb: *x\n").root)
        #expect(root.value(for: "a")?.span.text == "12")
        #expect(root.value(for: "a")?.scalar?.value == .string("12"))
        #expect(root.value(for: "b")?.scalar?.text == "12")
    }

    @Test(arguments: [
        ("no", CoreValue.string("no")), ("on", .string("on")), ("yes", .string("yes")), ("true", .boolean(true)),
        ("False", .boolean(false)), ("~", .null), ("", .null), ("012", .integer(12)), ("0o17", .integer(15)),
        ("0x1F", .integer(31)), ("0x-1", .string("0x-1")), ("-7", .integer(-7)), ("1.20", .number(1.2)),
        ("1e3", .number(1000)), (".5", .number(0.5)), ("-.inf", .number(-.infinity)), ("nan", .string("nan")),
        ("1.2.3", .string("1.2.3")), ("22:30", .string("22:30")), ("1_000", .string("1_000")), ("+", .string("+")),
        ("-", .string("-")), (".", .string(".")), ("2026-01-01", .string("2026-01-01")), ("'true'", .string("true")),
    ])
    func plainScalarsFollowTheCoreSchema(text: String, value: CoreValue) throws {
        let node = try #require(read("a: \(text == "-" ? "\"-\"" : text)\n").root?.value(for: "a"))
        #expect(node.scalar?.value == value)
    }

    @Test func whatFollowsTheFirstDocumentIsRefused() {
        let (root, problems) = read("a: 1\n---\nb: 2\n")
        #expect(root?.value(for: "a") != nil)
        #expect(problems.contains("error[R009]: a second document starts here\n --> test.yml:2:1"))
    }

    @Test func allKeyMistakesOfAFileAreReported() {
        let problems = read("a: 1\na: 2\nb: *nothing\nc: !thing x\nd: {<<: {}}\n").problems
        for code in ["R011", "R014", "R012", "R013"] { #expect(problems.contains("error[\(code)]")) }
        #expect(problems.hasSuffix("4 errors\n"))
    }
}

@Suite struct YAMLBoundsTests {
    @Test func nestingStopsAtTheLimit() {
        #expect(read(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).problems == "")
        #expect(read(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)).problems.contains("R007"))
    }

    @Test(arguments: ["[", "{a: ", "- "])
    func veryDeepNestingIsRefusedAtOnce(opening: String) {
        let clock = ContinuousClock()
        var problems = ""
        let elapsed = clock.measure { problems = read(String(repeating: opening, count: 100_000)).problems }
        #expect(problems.contains("R007"))
        #expect(elapsed < .seconds(1))
    }

    @Test func depthCountsThroughAliases() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(read("a: &a \(deep)\nb: [*a]\n").problems == "")
        let nested = String(repeating: "[", count: 30) + "*a" + String(repeating: "]", count: 30)
        #expect(read("a: &a \(deep)\nb: \(nested)\n").problems.contains("R007"))
    }

    @Test func anAliasBombIsRefusedAtOnce() {
        var text = "a0: &a0 x\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
        }
        let clock = ContinuousClock()
        var problems = ""
        let elapsed = clock.measure { problems = read(text).problems }
        #expect(problems.contains("R008"))
        #expect(elapsed < .seconds(1))
    }

    @Test func aFileBeyondFourMebibytesIsNotRead() {
        #expect(read(bytes: Array(repeating: UInt8(ascii: "#"), count: 4 << 20 + 1)).problems.contains("R002"))
    }

    @Test func theFirstForeignByteIsNamed() {
        #expect(read(bytes: Array("a: x\nb: ".utf8) + [0xFC, 0x0A]).problems.contains("R003"))
        #expect(read(bytes: Array("a: x\nb: ".utf8) + [0xFC, 0x0A]).problems.contains("test.yml:2:4"))
        #expect(read("a: x\nb: y\u{0}z\n").problems.contains("the character U+0000 is not allowed"))
    }
}
