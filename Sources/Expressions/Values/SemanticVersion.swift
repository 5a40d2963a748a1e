/// A version as SemVer 2.0 orders it; build metadata is kept in `text` only.
package struct SemanticVersion: Sendable {
    /// Major, minor and patch; parts that were not written are 0.
    package let major, minor, patch: UInt64
    /// The dot-separated identifiers after `-`.
    package let preRelease: [String]
    /// The version as it was written.
    package let text: String

    /// Reads `1.2.3-rc.1+build`; a leading `v` and missing minor or patch numbers are accepted.
    package init?(_ text: String) {
        let core = text.hasPrefix("v") || text.hasPrefix("V") ? text.dropFirst() : text[...]
        let withoutBuild = core.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = withoutBuild[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
        guard 1...3 ~= numbers.count, !numbers.contains(nil) else { return nil }
        (major, minor, patch) = (
            numbers[0]!, numbers.count > 1 ? numbers[1]! : 0, numbers.count > 2 ? numbers[2]! : 0
        )
        preRelease =
            parts.count > 1 ? parts[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init) : []
        let build =
            withoutBuild.count > 1 ? withoutBuild[1].split(separator: ".", omittingEmptySubsequences: false) : []
        guard preRelease.allSatisfy(Self.isPreRelease), build.allSatisfy(Self.isIdentifier) else { return nil }
        self.text = text
    }

    private static func number(_ text: Substring) -> UInt64? {
        guard text.utf8.allSatisfy(\.isDigit), text == "0" || text.first != "0" else { return nil }
        return UInt64(text)
    }

    private static func isIdentifier(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == Ascii.minus }
    }

    /// Numeric identifiers must not have zeros in front (section 9 of SemVer).
    private static func isPreRelease(_ text: String) -> Bool {
        isIdentifier(text) && !(text.utf8.count > 1 && text.hasPrefix("0") && text.utf8.allSatisfy(\.isDigit))
    }
}

extension SemanticVersion: Hashable, Comparable {
    package static func == (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch) == (right.major, right.minor, right.patch)
            && left.preRelease == right.preRelease
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
        hasher.combine(preRelease)
    }

    /// Precedence, section 11 of SemVer: a pre-release comes before its release.
    package static func < (left: Self, right: Self) -> Bool {
        let numbers = ((left.major, left.minor, left.patch), (right.major, right.minor, right.patch))
        if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
        if left.preRelease.isEmpty || right.preRelease.isEmpty {
            return !left.preRelease.isEmpty && right.preRelease.isEmpty
        }
        for (one, other) in zip(left.preRelease, right.preRelease) where one != other {
            return precedes(one, other)
        }
        return left.preRelease.count < right.preRelease.count
    }

    /// Numbers come before words; numbers by value, words by their bytes.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        let isNumber = (left.utf8.allSatisfy(\.isDigit), right.utf8.allSatisfy(\.isDigit))
        switch isNumber {
        case (true, true): return (left.utf8.count, left) < (right.utf8.count, right)
        case (true, false): return true
        case (false, true): return false
        case (false, false): return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}
