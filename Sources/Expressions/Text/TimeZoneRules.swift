/// When a time zone has which offset from UTC.
package struct TimeZoneRules: Sendable {
    /// Finds `UTC`, `+02:00`, `-05:30` or a name of the IANA database; nil where there is no such zone.
    package init?(named name: String) { fatalError("to come") }

    /// Seconds east of UTC at a moment.
    package func offset(at timestamp: Timestamp) -> Int { fatalError("to come") }
}
