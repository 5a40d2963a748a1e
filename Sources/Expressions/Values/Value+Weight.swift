extension Value {
    /// How much there is in the value, in elements and eighths of bytes; nil where it is more than the limit.
    ///
    /// Shared parts count each time, as they do when the value is written out.
    func weight(atMost limit: Int) -> Int? {
        var rest = limit
        return takeWeight(&rest) ? limit - rest : nil
    }

    private func takeWeight(_ rest: inout Int) -> Bool {
        rest -= 1
        switch self {
        case .string(let text): rest -= text.utf8.count / 8
        case .bytes(let bytes): rest -= bytes.count / 8
        case .optional(let inner?): return inner.takeWeight(&rest)
        case .list(let list):
            for element in list where !element.takeWeight(&rest) { return false }
        case .map(let map):
            for entry in map where !entry.key.takeWeight(&rest) || !entry.value.takeWeight(&rest) { return false }
        default: break
        }
        return rest >= 0
    }
}
