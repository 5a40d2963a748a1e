import Diagnostics
import Expressions

/// The facts of one maintained system; the variable `system` of expressions.
package struct SystemProfile: Sendable {
    package let name: String
    package let title: String?
    /// The whole file as a value, `system.name` included; values of keys named `path` are absolute.
    package let value: ValueMap
    package let services: [String: ServiceDeclaration]
    package let span: Span

    package init(name: String, title: String?, value: ValueMap, services: [String: ServiceDeclaration], span: Span) {
        self.name = name
        self.title = title
        self.value = value["home"]?.asString.map { value.resolvingPaths(below: $0) } ?? value
        self.services = services
        self.span = span
    }

    /// The directory to which the profile's relative paths belong.
    package var home: String? { value["home"]?.asString }
}

/// How a service of a profile is controlled.
package struct ServiceDeclaration: Sendable {
    package enum Control: Sendable {
        case systemd(unit: String)
        case commands(Commands)
    }
    /// Commands are argument lists; a plain string in the file is a shell script (`sh -c`).
    package struct Commands: Sendable {
        package var start: [String]
        package var stop: Stop
        package var status: [String]?
        package var reload: [String]?
        package var restart: [String]?
        package var pidfile: String?
        /// A pattern on the command line of its processes.
        package var match: String?
        package init(start: [String], stop: Stop) {
            self.start = start
            self.stop = stop
        }
    }
    package enum Stop: Sendable {
        case command([String])
        case signal(String, grace: Duration)
    }
    package let name: String
    package let control: Control
    /// Services that must be started before this one.
    package let after: [String]
    package let span: Span
    package init(name: String, control: Control, after: [String], span: Span) {
        self.name = name
        self.control = control
        self.after = after
        self.span = span
    }
}

extension ValueMap {
    /// The same map with every relative `path`, at any depth, made absolute below a directory.
    fileprivate func resolvingPaths(below home: String) -> ValueMap {
        ValueMap(
            compactMap { entry in
                guard let key = entry.key.asString else { return nil }
                if key == "path", let path = entry.value.asString, !path.isEmpty, !path.hasPrefix("/") {
                    return (key, .string(home + "/" + path))
                }
                return (key, entry.value.resolvingPaths(below: home))
            })
    }
}

extension Value {
    /// The same value with every relative `path` in its maps made absolute below a directory.
    fileprivate func resolvingPaths(below home: String) -> Value {
        switch self {
        case .map(let map): .map(map.resolvingPaths(below: home))
        case .list(let items): .list(items.map { $0.resolvingPaths(below: home) })
        default: self
        }
    }
}
