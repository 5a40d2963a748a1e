/// Sizes in bytes as people write them.
package enum ByteSize {
    /// Reads `2GiB`, `1.5 MB`, `512k`, `100`; decimal units count in thousands, `KiB` and so on in 1024.
    ///
    /// A single letter counts in 1024, as `df -h` and `du -h` do. Nil for anything else and for fractions of a byte.
    package static func parse(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let factor = units[unit.lowercased()] else { return nil }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard 1...2 ~= parts.count, let whole = Int64(parts[0]), whole >= 0 else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard parts.count == 2 else { return product }
        guard 1...9 ~= parts[1].utf8.count, let fraction = Int64(parts[1]) else { return nil }
        let power = parts[1].utf8.reduce(Int128(1)) { product, _ in product * 10 }
        let rest = Int128(fraction) * Int128(factor)
        // 1.1 GiB is not a whole number of bytes; the nearest one below is what was meant.
        guard factor > 1 || rest % power == 0 else { return nil }
        return Int64(exactly: Int128(product) + rest / power)
    }

    private static let units: [String: Int64] = [
        "": 1, "b": 1,
        "k": 1 << 10, "ki": 1 << 10, "kib": 1 << 10, "kb": 1_000,
        "m": 1 << 20, "mi": 1 << 20, "mib": 1 << 20, "mb": 1_000_000,
        "g": 1 << 30, "gi": 1 << 30, "gib": 1 << 30, "gb": 1_000_000_000,
        "t": 1 << 40, "ti": 1 << 40, "tib": 1 << 40, "tb": 1_000_000_000_000,
        "p": 1 << 50, "pi": 1 << 50, "pib": 1 << 50, "pb": 1_000_000_000_000_000,
    ]
}
