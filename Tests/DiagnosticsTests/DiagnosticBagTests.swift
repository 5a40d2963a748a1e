import Diagnostics
import Testing

@Suite struct DiagnosticBagTests {
    private let file = SourceFile(name: "b.yml", text: "one two three\n")
    private let other = SourceFile(name: "a.yml", text: "four\n")

    private func diagnostic(_ message: String, _ range: Range<Int>, in file: SourceFile? = nil) -> Diagnostic {
        Diagnostic(.unknownKey, message, at: Span(file: file ?? self.file, range: range))
    }

    @Test func diagnosticsComeInTheOrderOfTheirPlaces() {
        var bag = DiagnosticBag()
        bag.add(diagnostic("third", 8..<13))
        bag.add(diagnostic("second", 0..<3))
        bag.add(diagnostic("first", 0..<4, in: other))
        bag.add(Diagnostic(.unreadableFile, "no place", at: nil))
        #expect(bag.diagnostics.map(\.message) == ["no place", "first", "second", "third"])
    }

    @Test func theSameDiagnosticCountsOnce() {
        var bag = DiagnosticBag()
        bag.add(diagnostic("x", 0..<3))
        bag.add(diagnostic("x", 0..<3))
        bag.add(diagnostic("x", 4..<7))
        #expect(bag.errorCount == 2)
    }

    @Test func warningsAreNoErrors() {
        var bag = DiagnosticBag()
        bag.add(Diagnostic(.unknownKey, "x", at: nil, severity: .warning))
        #expect(!bag.hasErrors)
        #expect(!bag.isEmpty)
        #expect(DiagnosticText().render(DiagnosticReport(bag)).hasSuffix("1 warning\n"))
    }

    @Test func whatIsBeyondTheLimitIsCounted() {
        var bag = DiagnosticBag(capacity: 20)
        for number in 0..<50 { bag.add(diagnostic("message \(number)", 0..<1)) }
        let report = DiagnosticReport(bag, limit: 10)
        #expect(report.diagnostics.count == 10)
        #expect(report.errors == 50)
        #expect(report.omitted == 40)
        #expect(DiagnosticText().render(report).hasSuffix("and 40 more\n50 errors\n"))
    }

    @Test func bagsJoinWithWhatTheyOnlyCounted() {
        var small = DiagnosticBag(capacity: 1)
        small.add(diagnostic("kept", 0..<1))
        small.add(diagnostic("counted", 0..<1))
        var bag = DiagnosticBag()
        bag.add(contentsOf: small)
        #expect(bag.errorCount == 2)
        #expect(bag.diagnostics.map(\.message) == ["kept"])
    }
}
