/// A path of steps in which `*` stands for a part of one segment and `**` for anything.
struct StepPattern {
    private let text: String
    var isLiteral: Bool { !text.contains("*") }

    init(_ text: String) { self.text = text }

    /// How exactly it names a path; nil where it does not.
    func rank(_ path: String) -> Int? {
        if text == path { return 1_000_000 }
        let plain = Self.withoutKeys(path)
        if text == plain { return 900_000 }
        guard !isLiteral,
            Self.matches(Array(text.utf8)[...], Array(path.utf8)[...])
                || Self.matches(Array(text.utf8)[...], Array(plain.utf8)[...])
        else { return nil }
        return text.utf8.count { $0 != UInt8(ascii: "*") }
    }

    /// The path without the keys of instances: `osds@host3/drain` is `osds/drain`.
    static func withoutKeys(_ path: String) -> String {
        guard path.contains("@") else { return path }
        return path.split(separator: "/").map { $0.prefix { $0 != "@" } }.joined(separator: "/")
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
        let star = UInt8(ascii: "*")
        guard let first = pattern.first else { return path.isEmpty }
        guard first == star else {
            return path.first == first && matches(pattern.dropFirst(), path.dropFirst())
        }
        let crossesSegments = pattern.dropFirst().first == star
        let rest = pattern.dropFirst(crossesSegments ? 2 : 1)
        var tail = path
        while true {
            if matches(rest, tail) { return true }
            guard let next = tail.popFirst(), crossesSegments || next != UInt8(ascii: "/") else { return false }
        }
    }
}
