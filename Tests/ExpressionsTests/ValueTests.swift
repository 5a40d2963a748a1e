import Testing

@testable import Expressions

@Suite struct ValueTests {
    @Test func numbersOfAllTypesAreOneKey() {
        var map = ValueMap()
        map[.int(1)] = "a"
        map[.uint(1)] = "b"
        map[.double(1)] = "c"
        #expect(map.count == 1)
        #expect(map[.int(1)] == "c")
        #expect(map[.double(1.5)] == nil)
    }

    @Test(arguments: [3, 8, 9, 100])
    func aMapKeepsItsOrderThroughChanges(count: Int) {
        var map = ValueMap((0..<count).map { ("k\($0)", .int(Int64($0))) })
        map["k0"] = 77
        map["k1"] = nil
        map["new"] = "x"
        #expect(map.keys == [.string("k0")] + (2..<count).map { .string("k\($0)") } + ["new"])
        #expect(map["k0"] == 77)
        #expect(map["k1"] == nil)
        #expect(map["k\(count - 1)"] == .int(Int64(count - 1)))
    }

    @Test func mapsAreEqualInAnyOrder() {
        let (one, other): (Value, Value) = (["a": 1, "b": 2], ["b": 2, "a": 1])
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
    }

    @Test func identityIsStricterThanEquality() {
        #expect(Value.int(1) != .double(1))
        #expect(Value.int(1).celEquals(.double(1)))
        #expect(Value.double(.nan) == .double(.nan))
        #expect(!Value.double(.nan).celEquals(.double(.nan)))
    }

    @Test(
        arguments: [
            ("90s", 90_000_000_000), ("1h30m", 5_400_000_000_000), ("2d", 172_800_000_000_000), ("1.5s", 1_500_000_000),
            ("-250ms", -250_000_000), ("1us", 1_000), ("3ns", 3), ("0", 0), (".5s", 500_000_000),
            ("+1s", 1_000_000_000),
        ] as [(String, Int64)])
    func durationsAreRead(text: String, nanoseconds: Int64) throws {
        #expect(try TimeSpan(parsing: text).totalNanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "5", "s", "1x", "1 h", "1h-5m", "--1s", "1..5s", ".s", "1e3s", "-"])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(throws: ValueProblem.self) { try TimeSpan(parsing: text) }
    }

    @Test func negativeSpansAreFlooredInParts() {
        let span = TimeSpan(totalNanoseconds: -1_500_000_000)
        #expect(span.seconds == -2)
        #expect(span.nanoseconds == 500_000_000)
        #expect(span.description == "-1.5s")
        #expect(TimeSpan(totalNanoseconds: .min).description == "-9223372036.854775808s")
    }

    /// Every day for a thousand years, there and back.
    @Test func theCalendarIsItsOwnInverse() {
        for day in -200_000...200_000 {
            let time = CivilTime(secondsSinceEpoch: Int64(day) * 86_400)
            let back = CivilTime.daysSinceEpoch(time.year, time.month, time.day)
            guard back == day else {
                Issue.record("day \(day) becomes \(back)")
                return
            }
        }
    }

    @Test(arguments: [
        "1970-01-01T00:00:00Z", "2024-02-29T23:59:59.999999999Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    ])
    func momentsAreWrittenAsTheyAreRead(text: String) throws {
        #expect(try Timestamp(parsing: text).description == text)
    }
}
