import Expressions
import RunbookModel

/// One change of a configuration file, its values known.
package enum ConfigChange: Sendable {
    /// Sets a value; mappings above it are made where they are missing.
    case set(ConfigPath, Value)
    /// Sets a value where there is none.
    case setDefault(ConfigPath, Value)
    /// Moves a value; where it is absent and the target is, too, the target gets `orElse`.
    case move(from: ConfigPath, to: ConfigPath, orElse: Value?)
    case delete(ConfigPath)
    /// Lays a mapping over the one that is there: mappings in it are merged, other values replaced.
    case merge(ConfigPath, Value)
    /// Adds an item to a list that does not have it; the list is made where it is missing.
    case append(ConfigPath, Value)
}

/// A step from a container of a document to what is in it.
enum PathStep: Hashable, Sendable {
    case key(String)
    case index(Int)
}

typealias PathSteps = [PathStep]

extension PathSteps {
    /// The place as a person writes it.
    var words: String {
        var result = ""
        for step in self {
            switch step {
            case .index(let index): result += "[\(index)]"
            case .key(let key):
                let isBare = !key.isEmpty && !key.contains { ".[]\"'".contains($0) }
                result += (result.isEmpty ? "" : ".") + (isBare ? key : "\"\(key)\"")
            }
        }
        return result.isEmpty ? "the document" : result
    }
}

/// What is done to the text at one exact place.
enum ConfigEdit: Sendable {
    case replace(PathSteps, Value)
    /// A new key at the end of a mapping.
    case insert(PathSteps, key: String, Value)
    /// A new item at the end of a list.
    case append(PathSteps, Value)
    case remove(PathSteps)
    /// A key of a mapping gets another name, which is free, at its place.
    case rename(PathSteps, to: String)

    /// The value or container that is changed.
    var path: PathSteps {
        switch self {
        case .replace(let path, _), .insert(let path, _, _), .append(let path, _), .remove(let path),
            .rename(let path, _):
            path
        }
    }
}

extension Value {
    /// What is at the end of a path; nil where it is absent.
    func at(_ path: some Collection<PathStep>) -> Value? {
        guard let step = path.first else { return self }
        switch (step, self) {
        case (.key(let key), .map(let map)): return map[key]?.at(path.dropFirst())
        case (.index(let index), .list(let list)):
            return list.indices.contains(index) ? list[index].at(path.dropFirst()) : nil
        default: return nil
        }
    }

    /// The value after an edit, which must fit.
    func applying(_ edit: ConfigEdit) -> Value {
        switch edit {
        case .replace(let path, let value): changing(path) { _ in value }
        case .insert(let path, let key, let value):
            changing(path) { container in
                var map = container.asMap ?? ValueMap()
                map[key] = value
                return .map(map)
            }
        case .append(let path, let value): changing(path) { .list(($0.asList ?? []) + [value]) }
        case .rename(let path, let name):
            changing(path.dropLast()) { container in
                guard case .key(let old)? = path.last, case .map(let map) = container else { return container }
                return .map(
                    ValueMap(
                        map.map { entry in (entry.key == .string(old) ? name : entry.key.asString ?? "", entry.value) })
                )
            }
        case .remove(let path):
            changing(path.dropLast()) { container in
                switch (path.last, container) {
                case (.key(let key)?, .map(var map)):
                    map[key] = nil
                    return .map(map)
                case (.index(let index)?, .list(var list)) where list.indices.contains(index):
                    list.remove(at: index)
                    return .list(list)
                default: return container
                }
            }
        }
    }

    private func changing(_ path: some Collection<PathStep>, _ change: (Value) -> Value) -> Value {
        guard let step = path.first else { return change(self) }
        switch (step, self) {
        case (.key(let key), .map(var map)):
            map[key] = (map[key] ?? .null).changing(path.dropFirst(), change)
            return .map(map)
        case (.index(let index), .list(var list)) where list.indices.contains(index):
            list[index] = list[index].changing(path.dropFirst(), change)
            return .list(list)
        default: return self
        }
    }
}
