import FoundationEssentials

/// The procedures of one maintenance guide: its numbered and listed tasks, and its sections with scripts.
struct MaintenanceGuide {
    struct Procedure: Hashable {
        let section: String
        /// The task in its own words; nil for a script, for which any row of the section stands.
        let task: String?
    }

    private(set) var procedures: [Procedure] = []
    private var section = ""
    private var isCode = false

    init(_ text: String) {
        for line in text.split(separator: "\n") { read(line) }
    }

    private mutating func read(_ line: Substring) {
        let content = line.trimmed
        if content.hasPrefix("```") {
            isCode.toggle()
            if isCode { add(nil) }
        } else if isCode {
            let comment =
                content.hasPrefix("# ") ? content.dropFirst(2) : content.hasPrefix("-- ") ? content.dropFirst(3) : ""
            if let task = Self.afterNumber(comment) { add(task) }
        } else if let hashes = line.firstIndex(where: { $0 != "#" }), line[..<hashes].count > 1 {
            section = String(line[hashes...].trimmed)
        } else if let task = Self.task(line) {
            add(task)
        }
    }

    private mutating func add(_ task: Substring?) {
        guard !section.isEmpty, section != "Table of Contents" else { return }
        let procedure = Procedure(
            section: section, task: task.map { String($0.trimmed).replacing("**", with: "") })
        if !procedures.contains(procedure) { procedures.append(procedure) }
    }

    /// A numbered item, an item to tick, or one behind a sign.
    private static func task(_ line: Substring) -> Substring? {
        if let task = afterNumber(line) { return task }
        if line.hasPrefix("- [ ] ") { return line.dropFirst(6) }
        guard line.hasPrefix("- "), let sign = line.dropFirst(2).first, !sign.isASCII else { return nil }
        return line.dropFirst(3)
    }

    /// What follows `1. `.
    static func afterNumber(_ line: Substring) -> Substring? {
        let rest = line.drop { $0.isNumber }
        return rest.startIndex > line.startIndex && rest.hasPrefix(". ") ? rest.dropFirst(2) : nil
    }
}
