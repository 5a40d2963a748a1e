import Testing

@testable import RunbookLoading

@Suite struct LargeRunbookTests {
    /// A chain in which every step looks at one far before it, so that a search for each would be quadratic.
    private func chain(_ count: Int) -> String {
        var text = "runbook: big\nsteps:\n"
        for number in 0..<count {
            text += "  - id: s\(number)\n    run: x\n    undo: none\n"
            if number > 0 { text += "    when: steps.s\(number / 2).state == 'succeeded'\n" }
        }
        return text
    }

    @Test func loadingGrowsWithTheSizeOfTheFileOnly() {
        func time(_ count: Int) -> Duration {
            let text = chain(count)
            return ContinuousClock().measure { #expect(Fixture.load([("big.yml", text)]).1 == "") }
        }
        _ = time(100)
        let (small, large) = (time(200), time(2_000))
        #expect(large < small * 40, "\(small) for 200 steps, \(large) for 2,000")
    }
}
