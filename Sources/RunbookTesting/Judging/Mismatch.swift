import Diagnostics

/// One thing that did not come out as expected.
package struct Mismatch: Sendable, Equatable {
    /// What was looked at, such as `outcome` or `attempts.install`.
    package let what: String
    package let expected: String
    package let actual: String
    /// A comparison line by line; empty where one line says it all.
    package let lines: [String]
    /// What to do; nil where the difference says it.
    package let help: String?
    /// Where the expectation stands.
    package let line: Int?

    init(
        _ what: String, expected: String, actual: String, lines: [String] = [], help: String? = nil,
        at span: Span? = nil
    ) {
        self.what = what
        self.expected = expected
        self.actual = actual
        self.lines = lines
        self.help = help
        line = span?.position.line
    }

    /// Something that went wrong whatever was expected.
    init(problem: String, help: String? = nil) { self.init(problem, expected: "", actual: "", help: help) }
}
