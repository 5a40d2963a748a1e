/// A version as SemVer 2.0 orders it; build metadata is kept in `text` only.
package struct SemanticVersion: Sendable {
    /// Major, minor and patch; parts that were not written are 0.
    package let major, minor, patch: UInt64
    /// The dot-separated identifiers after `-`.
    package let preRelease: [String]
    /// The version as it was written.
    package let text: String

    /// Reads `1.2.3-rc.1+build`; a leading `v` and missing minor or patch numbers are accepted.
    package init?(_ text: String) { fatalError("to come") }
}

extension SemanticVersion: Hashable, Comparable {
    package static func == (left: Self, right: Self) -> Bool { !(left < right) && !(right < left) }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
        hasher.combine(preRelease)
    }
    package static func < (left: Self, right: Self) -> Bool { fatalError("to come") }
}
