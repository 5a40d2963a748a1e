import RunPlan
import RunbookLoading
import RunbookModel

/// The steps of a runbook by their paths without keys, those of included runbooks and handlers among them.
struct StepIndex {
    struct Entry {
        let path: String
        let step: Step
        /// Whether it stands in the runbook itself, not in one that it includes, and in no handler.
        let isOwn: Bool
        /// Whether it makes attempts itself.
        let isLeaf: Bool
    }

    private(set) var entries: [Entry] = []
    private let included: [RunbookName: Runbook]

    init(_ loaded: LoadedRunbook) {
        included = loaded.included
        add(loaded.root.steps, below: "", isOwn: true, depth: 0)
        for handler in loaded.root.handlers {
            add(handler.steps, below: "handlers/\(handler.event.rawValue)/", isOwn: false, depth: 0)
        }
    }

    /// The step of a path, keys of instances in it or not.
    subscript(_ path: String) -> Entry? {
        let plain = StepPattern.withoutKeys(path)
        return entries.first { $0.path == plain }
    }

    var paths: [String] { entries.map(\.path) }

    private mutating func add(_ steps: [Step], below prefix: String, isOwn: Bool, depth: Int) {
        guard depth < 64 else { return }
        for step in steps {
            let path = prefix + step.id.text
            let inner: [Step]
            var isOwnInside = isOwn
            switch step.body {
            case .action, .verify: inner = []
            case .group(let steps): inner = steps
            case .firstOf(let ladder): inner = ladder.remedies
            case .include(let inclusion):
                inner = included[inclusion.name]?.steps ?? []
                isOwnInside = false
            }
            var isLeaf = false
            switch step.body {
            case .action, .verify: isLeaf = true
            default: break
            }
            entries.append(Entry(path: path, step: step, isOwn: isOwn, isLeaf: isLeaf))
            add(inner, below: path + "/", isOwn: isOwnInside, depth: depth + 1)
        }
    }
}
