import Glibc

/// What is pinned about the host when a run starts: the variable `facts`.
package struct HostFacts: Sendable, Equatable, Codable {
    package struct OperatingSystem: Sendable, Equatable, Codable {
        /// As in os-release: `debian`.
        package var id: String
        /// As in os-release: `12`; empty for rolling releases.
        package var version: String
        /// As in os-release: `Debian GNU/Linux 12 (bookworm)`.
        package var name: String
    }

    package var host: String
    package var os: OperatingSystem
    /// Release of the kernel.
    package var kernel: String
    package var architecture: String
    /// Online.
    package var cpus: Int
    /// Bytes.
    package var memory: UInt64
    package var user: String
    package var bootID: String

    /// Looks at this host.
    package static func gather() throws -> HostFacts {
        var system = utsname()
        guard uname(&system) == 0 else { throw SystemError.last("uname") }
        return HostFacts(
            host: Identity.hostName(), os: operatingSystem(), kernel: text(system.release),
            architecture: text(system.machine), cpus: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            memory: UInt64(sysconf(Int32(_SC_PHYS_PAGES))) * UInt64(sysconf(Int32(_SC_PAGESIZE))),
            user: Identity.current().userName, bootID: try HostClock.currentBootID())
    }

    /// The names of all programs on a search path, sorted.
    package static func commands(onPath path: String) -> [String] {
        var names: Set<String> = []
        for directory in path.split(separator: ":").map(String.init) {
            for name in HostFiles.names(in: directory) where access("\(directory)/\(name)", X_OK) == 0 {
                names.insert(name)
            }
        }
        return names.sorted()
    }

    /// Where a program is found on a search path; nil where it is not.
    package static func program(_ name: String, onPath path: String) -> String? {
        path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    private static func operatingSystem() -> OperatingSystem {
        let text = HostFiles.text(of: "/etc/os-release") ?? HostFiles.text(of: "/usr/lib/os-release") ?? ""
        var values: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[line[..<equals]] = unquoted(line[line.index(after: equals)...])
        }
        return OperatingSystem(
            id: values["ID"] ?? "linux", version: values["VERSION_ID"] ?? "", name: values["PRETTY_NAME"] ?? "Linux")
    }

    private static func unquoted(_ value: Substring) -> String {
        guard value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote else {
            return String(value)
        }
        return String(value.dropFirst().dropLast())
    }

    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
