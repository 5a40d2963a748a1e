/// When a time zone has which offset from UTC.
package struct TimeZoneRules: Sendable {
    private let file: TimeZoneFile

    /// Finds `UTC`, `+02:00`, `-05:30` or a name of the IANA database; nil where there is no such zone.
    package init?(named name: String) {
        if name == "UTC" || name == "Z" || name.isEmpty {
            file = TimeZoneFile(fixedOffset: 0)
        } else if let offset = Self.fixedOffset(name) {
            file = TimeZoneFile(fixedOffset: offset)
        } else if let found = Self.cache.zone(name) {
            file = found
        } else {
            return nil
        }
    }

    /// Reads the bytes of a zoneinfo file, such as those of /etc/localtime; nil where they are none.
    package init?(zoneinfo bytes: [UInt8]) {
        guard let file = TimeZoneFile(bytes) else { return nil }
        self.file = file
    }

    /// Calendar and clock of the zone at a moment.
    package func localTime(at timestamp: Timestamp) -> CivilTime {
        CivilTime(secondsSinceEpoch: timestamp.seconds + Int64(offset(at: timestamp)))
    }

    /// Seconds east of UTC at a moment.
    package func offset(at timestamp: Timestamp) -> Int { file.offset(at: timestamp.seconds) }

    /// `+02:00`, and `02:00` as other implementations take it.
    private static func fixedOffset(_ name: String) -> Int? {
        let hasSign = name.first == "+" || name.first == "-"
        var reader = DigitReader(hasSign ? name : "+" + name)
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        return offset
    }

    private static let cache = TimeZoneCache()
}
