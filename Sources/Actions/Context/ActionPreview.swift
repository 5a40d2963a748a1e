/// What an action would change if it were performed now, in lines for a person: words, and unified diffs.
package struct ActionPreview: Sendable, Equatable {
    package var lines: [String]

    package init(lines: [String]) { self.lines = lines }
}
