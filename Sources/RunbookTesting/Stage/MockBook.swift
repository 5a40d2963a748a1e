import Diagnostics
import RunMachine
import RunbookModel

/// The mocks of one test: which stands in for what, how often, and which were never used.
///
/// The test's own mocks come before those of the file; among these an exact path before one without the keys of
/// instances, and that before a pattern, of which the longest comes first.
struct MockBook {
    /// What of a mock stands in.
    enum Facet: String, Sendable {
        case tries, verify, apply, protect, restore, preconditions, undo
        case doneWhen = "done_when"
        case doneBefore = "done_before"
        case undoVerify = "undo.verify"
        case undoDoneWhen = "undo.done_when"
    }

    struct Use: Hashable {
        /// Position among all entries: those of the test first.
        let entry: Int
        let facet: Facet
    }

    private let entries: [MockEntry]
    private let ownCount: Int
    /// How often a facet was used at a step.
    private var counts: [String: Int] = [:]
    /// The furthest that the list of a facet was used.
    private(set) var used: [Use: Int] = [:]
    /// Entries that stood in for a step at all.
    private(set) var matched: Set<Int> = []

    init(_ test: TestSettings, _ shared: TestSettings) {
        entries = test.mocks + shared.mocks
        ownCount = test.mocks.count
    }

    /// Whether anything stands in for a step.
    func covers(_ path: StepPath) -> Bool { !ranked(path).isEmpty }

    /// The next item of a facet's list; the last one stands for all further ones. Nil where no mock has the facet.
    mutating func next<Item>(_ facet: Facet, at path: StepPath, _ items: (StepMock) -> [Item]) -> Item? {
        let ranked = ranked(path)
        matched.formUnion(ranked)
        guard let entry = ranked.first(where: { !items(entries[$0].mock).isEmpty }) else { return nil }
        let list = items(entries[entry].mock)
        let key = "\(path)#\(facet.rawValue)"
        let position = counts[key, default: 0]
        counts[key] = position + 1
        let use = Use(entry: entry, facet: facet)
        used[use] = max(used[use] ?? 0, min(position + 1, list.count))
        return list[min(position, list.count - 1)]
    }

    /// Entries of the file that this test has used, by their position in it.
    var usedOfFile: Set<Int> { Set(matched.filter { $0 >= ownCount }.map { $0 - ownCount }) }

    // MARK: Finding

    private func ranked(_ path: StepPath) -> [Int] {
        let matches = entries.indices.compactMap { index in
            StepPattern(entries[index].pattern.value).rank(path.text).map { (index: index, rank: $0) }
        }
        return matches.sorted { left, right in
            let isOwn = (left.index < ownCount, right.index < ownCount)
            if isOwn.0 != isOwn.1 { return isOwn.0 }
            return left.rank == right.rank ? left.index < right.index : left.rank > right.rank
        }.map(\.index)
    }

    // MARK: What was never used

    /// The mocks of the test itself that stood in for nothing, and tries that were never made.
    func unused() -> [Diagnostic] {
        (0..<ownCount).flatMap { index -> [Diagnostic] in
            let entry = entries[index]
            let facets = entry.mock.facets
            guard matched.contains(index) || facets.contains(where: { used[Use(entry: index, facet: $0.facet)] != nil })
            else { return [.unusedMock(entry.pattern.value, nil, entry.pattern.span)] }
            return facets.compactMap { facet in
                let count = used[Use(entry: index, facet: facet.facet)] ?? 0
                guard count < facet.count else { return nil }
                return .unusedMock(
                    entry.pattern.value, count == 0 ? facet.facet.rawValue : "\(facet.facet.rawValue)[\(count + 1)]",
                    entry.pattern.span)
            }
        }
    }
}

extension StepMock {
    /// What it has, and how long each list is.
    fileprivate var facets: [(facet: MockBook.Facet, count: Int)] {
        let all: [(facet: MockBook.Facet, count: Int)] = [
            (.tries, tries.count), (.verify, verify?.looks.count ?? 0), (.doneWhen, doneWhen?.looks.count ?? 0),
            (.doneBefore, doneBefore?.looks.count ?? 0), (.apply, apply.count), (.protect, protect == nil ? 0 : 1),
            (.restore, restore == nil ? 0 : 1), (.preconditions, preconditions?.looks.count ?? 0),
            (.undo, undo?.tries.count ?? 0), (.undoVerify, undo?.verify?.looks.count ?? 0),
            (.undoDoneWhen, undo?.doneWhen?.looks.count ?? 0),
        ]
        return all.filter { $0.count > 0 }
    }
}
