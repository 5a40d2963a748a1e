import Testing

@testable import RunbookLoading

@Suite struct ScalarMapTests {
    /// Every scalar holds `bad` once; its place must be told exactly.
    @Test(arguments: [
        "a: one bad two", "a: 'it''s bad'", #"a: "x\t\u00e4\"bad\"""#, "a: größer bad", "a: 'größer bad'",
        "a: one\n  two\n\n  three bad\n  four", "a: 'one\n\n\n  two bad'", "a: \"one\\\n   two bad\"",
        "a: \"one \n   two bad\"", "a: |\n  one\n    two\n\n  bad\n", "a: |-\n  bad", "a: |2\n    bad\n",
        "a: >\n  one\n  two\n\n   more\n  bad x\n\n", "a: >+\n  one\n  bad\n\n\n",
        "a:\n  - k: |\n\n      one\n      bad\n",
        "a: |\r\n  one\r\n  bad\r\n", "\u{FEFF}a: ä bad", "a: | # comment\n  bad",
    ])
    func aPartOfAScalarIsFoundInItsSource(text: String) throws {
        let root = try #require(read(text).root)
        let node = try #require(root.value(for: "a")?.sequence?.first?.value(for: "k") ?? root.value(for: "a"))
        let value = try #require(node.scalar?.text)
        let part = try #require(value.utf8.firstRange(of: "bad".utf8))
        let start = value.utf8.distance(from: value.startIndex, to: part.lowerBound)
        let span = node.span(ofText: start..<start + 3)
        #expect(span.text == "bad")
        #expect(span.range.lowerBound == Array(text.utf8).firstRange(of: Array("bad".utf8))?.lowerBound)
    }

    @Test func theEndOfATextIsBehindItsLastCharacter() throws {
        let node = try #require(read("a: 'size('").root?.value(for: "a"))
        #expect(node.span(ofText: 5..<5).description == "test.yml:1:10")
    }
}
