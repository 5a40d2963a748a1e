extension Value {
    /// The value as JSON: durations as `"1.5s"`, moments as RFC 3339, bytes as base64.
    ///
    /// Whole doubles keep their `.0`, so that they are read back as doubles.
    package func json(pretty: Bool = false, sortedKeys: Bool = false) -> String {
        String(decoding: jsonBytes(pretty: pretty, sortedKeys: sortedKeys), as: UTF8.self)
    }

    /// The value as JSON in UTF-8.
    package func jsonBytes(pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: pretty, sortsKeys: sortedKeys)
        writer.write(self)
        return writer.bytes
    }
}
