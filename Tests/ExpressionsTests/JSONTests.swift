import Testing

@testable import Expressions

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "-1", "9223372036854775807", "1.5", "\"x\"", "[1,[2,{\"a\":null}]]",
        "{\"b\":1,\"a\":2}", "\"\\\"\\\\\\n\\r\\t\\u0001ü😀\"", "5.0",
    ])
    func whatIsReadIsWrittenTheSame(text: String) throws {
        #expect(try JSONText.parse(text).json() == text)
    }

    @Test(
        arguments: [
            ("1", .int(1)), ("1.0", .double(1)), ("1e2", .double(100)), ("-0", .int(0)),
            ("9223372036854775808", .double(0x1p63)),
            ("\"\\ud83d\\ude00\\/\"", "😀/"), (" [ 1 , 2 ] ", [1, 2]), ("-9223372036854775808", .int(.min)),
        ] as [(String, Value)])
    func valuesAreRead(text: String, value: Value) throws {
        #expect(try JSONText.parse(text) == value)
    }

    @Test(arguments: [
        ("", 0), ("{\"a\":1,}", 7), ("[1,]", 3), ("{\"a\":1,\"a\":2}", 7), ("01", 0), ("1.", 2), (".5", 0), ("+1", 0),
        ("1e", 2), ("1e400", 0), ("nul", 0), ("[1", 2), ("\"a", 0), ("\"\n\"", 1), ("\"\\x\"", 1), ("\"\\ud83d\"", 1),
        ("[1] 2", 4), ("// c\n1", 0), ("NaN", 0), ("{a:1}", 1), ("[\"a\" \"b\"]", 5), ("\u{FEFF}1", 0), ("\"\\u12", 3),
        ("'a'", 0), ("{\"a\" 1}", 5), ("-", 0), ("{\"a\":1", 6), ("\"\\ude00\"", 1),
    ])
    func whatIsNotJSONIsRefusedAtItsPlace(text: String, offset: Int) {
        #expect { try JSONText.parse(text) } throws: { ($0 as? JSONProblem)?.offset == offset }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: JSONProblem.self) { try JSONText.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONProblem.self) { try JSONText.parse([0x22, 0x5C, 0x6E, 0xC3, 0x22]) }
    }

    @Test func depthIsBounded() throws {
        let nested = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try JSONText.parse(nested)
        #expect(throws: JSONProblem.self) { try JSONText.parse("[" + nested + "]") }
        #expect(throws: JSONProblem.self) { try JSONText.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func otherTypesHaveAFormInJSON() throws {
        let value: Value = [
            "d": .duration(TimeSpan(totalNanoseconds: 1_500_000_000)), "t": .timestamp(Timestamp(seconds: 0)!),
            "b": .bytes([1, 2, 3, 255]), "u": .uint(.max), "n": .double(.nan), "o": .optional(.optional("x")),
            "v": .version(SemanticVersion("1.2")!), "none": .optional(nil),
        ]
        #expect(
            value.json() == #"{"d":"1.5s","t":"1970-01-01T00:00:00Z","b":"AQID/w==","u":18446744073709551615,"#
                + #""n":"NaN","o":"x","v":"1.2","none":null}"#)
    }

    @Test func prettyAndSortedOutputIsForPeople() {
        let value: Value = ["b": [1, []], "a": [:]]
        #expect(
            value.json(pretty: true, sortedKeys: true) == """
                {
                  "a": {},
                  "b": [
                    1,
                    []
                  ]
                }
                """)
    }

    @Test func largeObjectsFindTheirDuplicates() {
        let fields = (0..<1_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        #expect(throws: JSONProblem.self) { try JSONText.parse("{\(fields),\"k500\":1}") }
    }
}
