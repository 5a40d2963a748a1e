import Expressions
import RunbookModel

/// From a change to the edits at exact places that make it.
enum ConfigEdits {
    /// A change as sets and deletes, which depend on nothing but the data.
    enum Part {
        case set(ConfigPath, Value)
        case remove(ConfigPath)
        case append(ConfigPath, Value)
        case rename(PathSteps, to: String)
    }

    /// The parts of a change; none where the data are as it says.
    static func parts(of change: ConfigChange, in data: Value) -> [Part] {
        func value(_ path: ConfigPath) -> Value? { steps(to: path, in: data).flatMap { data.at($0) } }
        switch change {
        case .set(let path, let new): return [.set(path, new)]
        case .setDefault(let path, let new): return value(path) == nil ? [.set(path, new)] : []
        case .delete(let path): return value(path) == nil ? [] : [.remove(path)]
        case .merge(let path, let new): return [.set(path, merged(value(path) ?? .null, new))]
        case .append(let path, let new): return [.append(path, new)]
        case .move(let from, let to, let orElse):
            if let renaming = renaming(from, to, in: data) { return [renaming] }
            if let moved = value(from) { return from == to ? [] : [.remove(from), .set(to, moved)] }
            guard let orElse, value(to) == nil else { return [] }
            return [.set(to, orElse)]
        }
    }

    /// A move inside one mapping to a key that is free keeps its place.
    private static func renaming(_ from: ConfigPath, _ to: ConfigPath, in data: Value) -> Part? {
        guard from.components.dropLast() == to.components.dropLast(), let name = to.components.last, !name.isPosition,
            let steps = steps(to: from, in: data), case .key? = steps.last,
            case .map(let map)? = data.at(steps.dropLast()), map[name.text] == nil
        else { return nil }
        return .rename(steps, to: name.text)
    }

    private static func merged(_ old: Value, _ new: Value) -> Value {
        guard case .map(var result) = old, case .map(let additions) = new else { return new }
        for (key, value) in additions {
            guard let name = key.asString else { continue }
            result[name] = merged(result[name] ?? .null, value)
        }
        return .map(result)
    }

    /// The steps to a value that is there; nil where it is not.
    static func steps(to path: ConfigPath, in data: Value) -> PathSteps? {
        var steps: PathSteps = []
        var here = data
        for component in path.components {
            guard let step = step(component, in: here), let next = here.at([step]) else { return nil }
            steps.append(step)
            here = next
        }
        return steps
    }

    private static func step(_ component: ConfigPath.Component, in container: Value) -> PathStep? {
        switch container {
        case .map: component.isPosition ? nil : .key(component.text)
        case .list: component.position.map { .index($0) }
        default: nil
        }
    }

    /// The edits for a part, in the order in which they are made.
    static func edits(for part: Part, in tree: any EditableText) throws(ConfigProblem) -> [ConfigEdit] {
        let data = tree.data
        switch part {
        case .remove(let path):
            guard let steps = steps(to: path, in: data) else { return [] }
            guard !steps.isEmpty else { throw ConfigProblem("the whole document cannot be deleted") }
            return [.remove(steps)]
        case .set(let path, let value): return try set(path, value, in: tree)
        case .rename(let steps, let name): return [.rename(steps, to: name)]
        case .append(let path, let value):
            guard let steps = steps(to: path, in: data), let old = data.at(steps), !old.isNull else {
                return try set(path, .list([value]), in: tree)
            }
            guard let list = old.asList else {
                throw ConfigProblem("\(steps.words) is \(old.kindForPeople), and only lists can be appended to")
            }
            let item = try type(of: tree).normalised(value, at: steps + [.index(list.count)])
            return list.contains { $0.celEquals(item) } ? [] : [.append(steps, item)]
        }
    }

    private static func set(
        _ path: ConfigPath, _ value: Value, in tree: any EditableText
    ) throws(ConfigProblem) -> [ConfigEdit] {
        var steps: PathSteps = []
        var here = tree.data
        for (number, component) in path.components.enumerated() {
            let rest = path.components[(number + 1)...]
            if let step = step(component, in: here), let next = here.at([step]) {
                steps.append(step)
                here = next
                continue
            }
            let place = PlaceForNew(steps: steps, container: here, component: component)
            let target = steps + [.key(component.text)]
            let nested = try type(of: tree).normalised(try wrapped(value, in: rest), at: target)
            return [try place.edit(nested)]
        }
        let new = try type(of: tree).normalised(value, at: steps)
        return difference(here, new, at: steps, in: tree)
    }

    /// The value inside mappings for the keys that are not there yet.
    private static func wrapped(
        _ value: Value, in components: some BidirectionalCollection<ConfigPath.Component>
    ) throws(ConfigProblem) -> Value {
        var result = value
        for component in components.reversed() {
            guard !component.isPosition else {
                throw ConfigProblem("there is no list in which [\(component.text)] could be set")
            }
            result = .map(ValueMap([(component.text, result)]))
        }
        return result
    }

    /// Where a value goes of which at least the last step is not there yet.
    private struct PlaceForNew {
        let steps: PathSteps
        let container: Value
        let component: ConfigPath.Component

        func edit(_ value: Value) throws(ConfigProblem) -> ConfigEdit {
            switch container {
            case .map where !component.isPosition: return .insert(steps, key: component.text, value)
            case .null where !component.isPosition:
                return .replace(steps, .map(ValueMap([(component.text, value)])))
            case .list(let list):
                if component.text == "-" || component.position == list.count { return .append(steps, value) }
                throw ConfigProblem("\(steps.words) has \(list.count) items, and no [\(component.text)]")
            default:
                let kind = container.isNull ? "nothing" : container.kindForPeople
                throw ConfigProblem("\(steps.words) is \(kind), so that there can be no '\(component.text)' in it")
            }
        }
    }

    // MARK: - Differences

    /// The edits that make one value of another, as few and as deep as possible.
    static func difference(_ old: Value, _ new: Value, at path: PathSteps, in tree: any EditableText) -> [ConfigEdit] {
        if old == new { return [] }
        if !tree.isShared(path) {
            switch (old, new) {
            case (.map(let one), .map(let two)) where !one.isEmpty && !two.isEmpty:
                return difference(one, two, at: path, in: tree)
            case (.list(let one), .list(let two)) where !one.isEmpty && !two.isEmpty:
                return difference(one, two, at: path, in: tree)
            default: break
            }
        }
        return [.replace(path, new)]
    }

    private static func difference(
        _ old: ValueMap, _ new: ValueMap, at path: PathSteps, in tree: any EditableText
    ) -> [ConfigEdit] {
        var edits: [ConfigEdit] = []
        for (key, value) in new {
            guard let name = key.asString else { continue }
            if let before = old[name] {
                edits += difference(before, value, at: path + [.key(name)], in: tree)
            } else {
                edits.append(.insert(path, key: name, value))
            }
        }
        for (key, _) in old where new[key] == nil {
            if let name = key.asString { edits.append(.remove(path + [.key(name)])) }
        }
        return edits
    }

    /// Items in the middle are changed in place; more or fewer are added or removed at the end, or where they differ.
    private static func difference(
        _ old: [Value], _ new: [Value], at path: PathSteps, in tree: any EditableText
    ) -> [ConfigEdit] {
        let same = zip(old, new).prefix { $0 == $1 }.count
        if new.count < old.count {
            let tail = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count
            if same + tail >= new.count {
                let removed = old.count - new.count
                return (same..<same + removed).reversed().map { .remove(path + [.index($0)]) }
            }
        }
        var edits: [ConfigEdit] = []
        for index in same..<max(same, min(old.count, new.count)) {
            edits += difference(old[index], new[index], at: path + [.index(index)], in: tree)
        }
        if new.count > old.count { edits += new[old.count...].map { .append(path, $0) } }
        if new.count < old.count {
            edits += (new.count..<old.count).reversed().map { .remove(path + [.index($0)]) }
        }
        return edits
    }
}
