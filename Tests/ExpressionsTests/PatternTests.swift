import Testing

@testable import Expressions

@Suite struct PatternTests {
    @Test(
        arguments: [
            ("^[a-z]+$", "abc", true), ("^[a-z]+$", "abc\n", false), ("b", "abc", true), ("", "", true),
            ("^$", "", true),
            ("(?i)ABC", "xabcx", true), ("^\\d{4}-\\d{2}$", "2026-01", true), ("^.$", "ü", true),
            ("[[:alpha:]]+", "x", true),
            ("^\\+49", "+49", true), ("a\\++b", "a++b", true), ("\\Qa+b\\E", "a+b", true), ("[+*]+", "+*", true),
            ("[](?=]+", "(?=]", true), ("[^](?=]", "(", false), ("^[[:digit:](?=]+$", "1(?=", true),
            ("\\p{Lu}", "Ä", true), ("(?P<n>a)", "a", true), ("a{2,3}?b", "aab", true), ("(?:a|b)c", "bc", true),
            ("\\bfoo\\b", "a foo b", true), ("^v?(0|[1-9]\\d*)\\.", "v1.2", true), ("x{,5}", "x{,5}", true),
        ] as [(String, String, Bool)])
    func aPatternMatchesAnywhereInTheText(pattern: String, text: String, matches: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == matches)
    }

    @Test(arguments: [
        ("(a)\\1", 3, "back references"), ("(?=a)", 0, "look-around"), ("a(?<!b)", 1, "look-around"),
        ("a(b", 3, "parenthesis"),
        ("(?>a)", 0, "not supported"), ("a++", 2, "possessive"), ("(?P=n)", 0, "back references"), ("[a", 2, "missing"),
        ("(*UCP)a", 0, "not supported"), ("a{2000}", 2, "1000 at most"), ("(?R)", 0, "recursion"),
        ("*a", 0, "quantifier"),
        ("\\k<n>", 0, "back references"), ("a{2}+", 4, "possessive"),
    ])
    func whatRE2DoesNotHaveIsRefusedAtItsPlace(pattern: String, offset: Int, message: String) {
        #expect {
            try Pattern(pattern)
        } throws: { error in
            let problem = error as? PatternProblem
            return problem?.offset == offset && problem?.message.contains(message) == true
        }
    }

    @Test func aTextThatMakesThePatternBacktrackIsGivenUp() throws {
        let text = String(repeating: "a", count: 40) + "!"
        #expect(throws: FunctionFailure.self) { try Pattern("(a+)+$").matches(text) }
    }
}
