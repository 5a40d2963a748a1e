// R7xx: tests of runbooks.

extension DiagnosticCode {
    package static let unusedMock = DiagnosticCode(
        "R701", "a mock that is never used",
        """
        Nothing that the mock stands in for happened in the test, or a try or look that it lists was never made. The test
        may be about something else than its author thinks; take the mock out, or mend the test. This is a warning.
        """,
        wrong: "mock: {install: {undo: {exit: 1}}}\nexpect: {outcome: succeeded}",
        right: "mock: {install: {exit: 0}}\nexpect: {outcome: succeeded}")

    package static let impossibleTest = DiagnosticCode(
        "R702", "a test that cannot be made so",
        """
        What the test asks for cannot happen, or not in this version: a crash at a step that makes no attempts, two tests
        of one name, an expectation that is empty.
        """,
        wrong: "- name: it works\n  expect: {}", right: "- name: it works\n  expect: {outcome: succeeded}")

    static let testCodes: [DiagnosticCode] = [.unusedMock, .impossibleTest]
}
