/// Collects diagnostics, so that a stage reports everything it finds in one go.
package struct DiagnosticBag: Sendable {
    /// How many distinct diagnostics are kept; further ones are only counted.
    private let capacity: Int
    private var seen: Set<Diagnostic> = []
    private var kept: [Diagnostic] = []
    package private(set) var errorCount = 0
    package private(set) var warningCount = 0

    package init(capacity: Int = 200) {
        self.capacity = capacity
    }

    package var hasErrors: Bool { errorCount > 0 }
    /// Whether further diagnostics are only counted, so that making them may be spared.
    package var isFull: Bool { kept.count >= capacity }
    package var isEmpty: Bool { errorCount + warningCount == 0 }

    /// What was collected, by file and place.
    package var diagnostics: [Diagnostic] { kept.sorted(by: Diagnostic.precedes) }

    /// Adds a diagnostic unless the very same one is there.
    package mutating func add(_ diagnostic: Diagnostic) {
        if kept.count < capacity {
            guard seen.insert(diagnostic).inserted else { return }
            kept.append(diagnostic)
        } else if seen.contains(diagnostic) {
            return
        }
        if diagnostic.severity == .error { errorCount += 1 } else { warningCount += 1 }
    }

    /// Counts an error that is not worth making, since it would not be kept.
    package mutating func countError() { errorCount += 1 }

    package mutating func add(contentsOf other: DiagnosticBag) {
        for diagnostic in other.kept { add(diagnostic) }
        let keptErrors = other.kept.count { $0.severity == .error }
        errorCount += other.errorCount - keptErrors
        warningCount += other.warningCount - (other.kept.count - keptErrors)
    }
}
