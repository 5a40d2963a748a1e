import RunbookModel

extension InputType {
    /// The type as it is written in a runbook.
    var words: String {
        switch self {
        case .string: "string"
        case .int: "int"
        case .number: "number"
        case .bool: "bool"
        case .version: "version"
        case .duration: "duration"
        case .size: "size"
        case .path: "path"
        case .url: "url"
        case .list(let item): "list<\(item.words)>"
        case .map: "map"
        }
    }
}
