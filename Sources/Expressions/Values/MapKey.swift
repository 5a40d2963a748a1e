/// What a key of a map is compared by: numbers of all types by their value, strings by their bytes.
enum MapKey: Hashable {
    case string(String)
    case int(Int64)
    case large(UInt64)
    case bool(Bool)

    /// Nil for what cannot be a key: fractions, null, lists, maps.
    init?(_ value: Value) {
        switch value {
        case .string(let text): self = .string(text)
        case .int(let number): self = .int(number)
        case .bool(let flag): self = .bool(flag)
        case .uint(let number): self = Int64(exactly: number).map { .int($0) } ?? .large(number)
        case .double(let number):
            if let small = Int64(exactly: number) {
                self = .int(small)
            } else if let large = UInt64(exactly: number) {
                self = .large(large)
            } else {
                return nil
            }
        default: return nil
        }
    }

    static func == (left: MapKey, right: MapKey) -> Bool {
        switch (left, right) {
        case (.string(let one), .string(let other)): one.hasSameBytes(as: other)
        case (.int(let one), .int(let other)): one == other
        case (.large(let one), .large(let other)): one == other
        case (.bool(let one), .bool(let other)): one == other
        default: false
        }
    }
}
