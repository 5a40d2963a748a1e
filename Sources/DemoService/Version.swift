/// A release version of the form `1.2.3`.
struct Version: Comparable, CustomStringConvertible {
    private let parts: [Int]

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, parts.allSatisfy({ ($0 ?? -1) >= 0 }) else { return nil }
        self.parts = parts.compactMap { $0 }
    }

    init(argument text: String) throws {
        guard let version = Version(text) else {
            throw DemoError("'\(text)' is not a version such as 1.2.0", code: .usage)
        }
        self = version
    }

    var description: String { parts.map(String.init).joined(separator: ".") }

    static func < (left: Version, right: Version) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}
