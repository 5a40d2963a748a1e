/// The number of a run within its state directory: 1, 2, 3 …; never given twice.
package struct RunID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    package let number: Int64
    package init(_ number: Int64) { self.number = number }
    package init(integerLiteral value: Int64) { number = value }
    package init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int64.self)
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
    package var description: String { String(number) }
    package static func < (left: RunID, right: RunID) -> Bool { left.number < right.number }
}
