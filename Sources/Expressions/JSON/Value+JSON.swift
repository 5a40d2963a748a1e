extension Value {
    /// The value as JSON: durations as `"1.5s"`, timestamps as RFC 3339, bytes as base64.
    package func json(pretty: Bool = false, sortedKeys: Bool = false) -> String { fatalError("to come") }
}
