import Testing

@testable import RunbookTesting

@Suite struct SequenceDiffTests {
    @Test func equalListsHaveEveryLineOnBothSides() {
        #expect(SequenceDiff(expected: ["a", "b"], actual: ["a", "b"]).lines == [.both("a"), .both("b")])
        #expect(SequenceDiff(expected: [], actual: []).lines == [])
    }

    @Test func whatIsOnOneSideOnlyStandsWhereItBelongs() {
        let diff = SequenceDiff(expected: ["a", "b", "c", "d"], actual: ["b", "x", "d", "y"])
        #expect(
            diff.lines == [
                .onlyExpected("a"), .both("b"), .onlyExpected("c"), .onlyActual("x"), .both("d"), .onlyActual("y"),
            ])
        #expect(!diff.hasAllExpected)
        #expect(SequenceDiff(expected: ["a", "c"], actual: ["a", "b", "c"]).hasAllExpected)
    }
}

@Suite struct StepPatternTests {
    @Test(arguments: [
        ("install", "install", true), ("install", "install2", false), ("backup/*", "backup/archive", true),
        ("backup/*", "backup/a/b", false), ("backup/**", "backup/a/b", true), ("**", "a/b/c", true),
        ("*", "a/b", false),
        ("each/change", "each@host3/change", true), ("each@host3/change", "each@host3/change", true),
        ("each@host3/change", "each@host4/change", false), ("each@*/change", "each@host4/change", true),
        ("mig*", "migrate_db", true), ("*_db", "migrate_db", true), ("*_db", "migrate_dbs", false),
    ])
    func aPatternNamesAPath(_ pattern: String, _ path: String, _ names: Bool) {
        #expect((StepPattern(pattern).rank(path) != nil) == names)
    }

    @Test func anExactPathComesBeforeAPatternAndTheLongerPatternBeforeTheShorter() throws {
        let ranks = ["each@a/change", "each/change", "each/ch*", "each/*", "**"].map {
            StepPattern($0).rank("each@a/change") ?? -1
        }
        #expect(ranks == ranks.sorted(by: >))
        #expect(Set(ranks).count == ranks.count)
    }
}
