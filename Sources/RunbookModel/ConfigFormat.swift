/// The formats of configuration files that are edited as data.
package enum ConfigFormat: String, CaseIterable, Sendable {
    case yaml, json, ini, env

    /// The format that the name of a file says; nil where it says none.
    package init?(fileName path: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name == ".env" || name.hasPrefix(".env.") {
            self = .env
            return
        }
        switch name.split(separator: ".", omittingEmptySubsequences: false).last.map({ $0.lowercased() }) {
        case "yml", "yaml": self = .yaml
        case "json": self = .json
        case "ini", "cfg", "cnf": self = .ini
        case "env": self = .env
        default: return nil
        }
    }
}
