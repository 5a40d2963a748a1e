/// The contents of a zoneinfo file (RFC 8536): when the offset changed, and the rule for all time after.
struct TimeZoneFile: Sendable {
    private var transitions: [Int64] = []
    /// The offset from each transition on.
    private var offsets: [Int] = []
    private var offsetBefore = 0
    private var rule: TimeZoneRule?

    init(fixedOffset: Int) { offsetBefore = fixedOffset }

    /// Reads the second data block, which has 64-bit times; nil where the file is damaged.
    init?(_ bytes: [UInt8]) {
        guard let first = Header(bytes, at: 0), first.version >= UInt8(ascii: "2") else { return nil }
        let start = Header.size + first.dataSize(timeSize: 4)
        guard let header = Header(bytes, at: start) else { return nil }
        let data = start + Header.size
        let end = data + header.dataSize(timeSize: 8)
        guard end <= bytes.count else { return nil }
        let kinds = data + header.times * 8
        let types = kinds + header.times
        func offset(_ kind: Int) -> Int {
            kind < header.types ? Int(Int32(truncatingIfNeeded: bytes.bigEndian(types + kind * 6, count: 4))) : 0
        }
        transitions = (0..<header.times).map { bytes.bigEndian(data + $0 * 8, count: 8) }
        offsets = (0..<header.times).map { offset(Int(bytes[kinds + $0])) }
        offsetBefore = offset(0)
        let footer = bytes[end...].dropFirst().prefix { $0 != Ascii.newline }
        rule = TimeZoneRule(Array(footer))
    }

    /// Seconds east of UTC at a moment in seconds since 1970.
    func offset(at seconds: Int64) -> Int {
        if let rule, seconds >= transitions.last ?? .min { return rule.offset(at: seconds) }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? offsetBefore : offsets[low - 1]
    }

    private struct Header {
        static let size = 44
        let version: UInt8
        let utcMarks, standardMarks, leaps, times, types, characters: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start + Self.size <= bytes.count, bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
                return nil
            }
            version = bytes[start + 4]
            let counts = (0..<6).map { Int(bytes.bigEndian(start + 20 + $0 * 4, count: 4)) }
            guard counts.allSatisfy({ 0..<100_000 ~= $0 }) else { return nil }
            (utcMarks, standardMarks, leaps) = (counts[0], counts[1], counts[2])
            (times, types, characters) = (counts[3], counts[4], counts[5])
        }

        func dataSize(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standardMarks + utcMarks
        }
    }
}

extension [UInt8] {
    fileprivate func bigEndian(_ start: Int, count: Int) -> Int64 {
        self[start..<start + count].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
}
