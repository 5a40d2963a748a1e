import Diagnostics
import Glibc
import RunHost
import RunJournal
import RunbookLoading
import RunbookModel

/// Where a command finds its configuration, runbooks, systems and state.
package struct Workspace: Sendable {
    package let directory: String
    package let configuration: Configuration
    package let runbookPaths: [String]
    package let state: StateDirectory

    /// Reads `belay.yml` (searched upward, then in /etc/belay) and settles all paths.
    ///
    /// Errors: `ServiceFailure` with what is wrong in the file.
    package static func discover(
        directory: String, stateOption: String?, environment: [String: String]
    ) throws(ServiceFailure) -> Workspace {
        let file = configurationFile(above: directory)
        var configuration = Configuration()
        if let file {
            let (loaded, bag) = RunbookLoader().loadConfiguration(file)
            guard let loaded else { throw .diagnostics(bag) }
            configuration = loaded
            configuration.directory = HostFiles.parent(of: file)
        }
        let state = try stateDirectory(directory, stateOption, environment, configuration, file)
        return Workspace(
            directory: directory, configuration: configuration,
            runbookPaths: runbookPaths(directory, configuration), state: state)
    }

    /// A loader that finds runbooks in the workspace's paths.
    package func loader(profile: SystemProfile? = nil) -> RunbookLoader {
        RunbookLoader(searchPaths: runbookPaths, profile: profile)
    }

    /// The path of a system profile, by its path or its name; nil where there is none.
    package func profilePath(_ name: String) -> String? {
        if name.contains("/") || name.hasSuffix(".yml") { return name }
        let candidates = runbookPaths.flatMap { ["\($0)/systems/\(name).yml", "\($0)/\(name).yml"] }
        return candidates.first { access($0, R_OK) == 0 }
    }

    /// The names of all profiles in the runbook paths.
    package var profileNames: [String] {
        runbookPaths.flatMap { HostFiles.names(in: $0 + "/systems") }.filter { $0.hasSuffix(".yml") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    private static func configurationFile(above directory: String) -> String? {
        var current = directory
        while true {
            let candidate = current == "/" ? "/belay.yml" : current + "/belay.yml"
            if access(candidate, F_OK) == 0 { return candidate }
            guard current != "/", !current.isEmpty else { break }
            current = HostFiles.parent(of: current)
        }
        return access("/etc/belay/belay.yml", F_OK) == 0 ? "/etc/belay/belay.yml" : nil
    }

    private static func runbookPaths(_ directory: String, _ configuration: Configuration) -> [String] {
        let configured = configuration.runbookPaths.map { absolute($0, configuration.directory ?? directory) }
        let standard = [directory + "/runbooks", "/etc/belay/runbooks", "/usr/share/belay/runbooks"]
        var seen: Set<String> = []
        return (configured + standard).filter { seen.insert($0).inserted }
    }

    static func absolute(_ path: String, _ base: String) -> String {
        path.hasPrefix("/") ? path : base == "/" ? "/" + path : "\(base)/\(path)"
    }

    private static func stateDirectory(
        _ directory: String, _ option: String?, _ environment: [String: String], _ configuration: Configuration,
        _ file: String?
    ) throws(ServiceFailure) -> StateDirectory {
        var group: UInt32?
        if let name = configuration.stateGroup {
            guard let found = getgrnam(name) else {
                throw .refused("there is no group '\(name)' on this host", help: "`state.group` of belay.yml names it")
            }
            group = found.pointee.gr_gid
        }
        if let option { return StateDirectory(path: absolute(option, directory), group: group, allowsTmpfs: true) }
        if let path = environment["BELAY_STATE"], !path.isEmpty {
            return StateDirectory(path: absolute(path, directory), group: group, allowsTmpfs: true)
        }
        if let path = configuration.statePath {
            return StateDirectory(
                path: absolute(path, configuration.directory ?? directory), group: group, allowsTmpfs: true)
        }
        if let file, !file.hasPrefix("/etc/") {
            return StateDirectory(path: HostFiles.parent(of: file) + "/state", group: group)
        }
        if access(directory + "/runbooks", F_OK) == 0 {
            return StateDirectory(path: directory + "/state", group: group)
        }
        if geteuid() == 0 { return StateDirectory(path: "/var/lib/belay", group: group) }
        let home = environment["XDG_STATE_HOME"] ?? (environment["HOME"] ?? "/") + "/.local/state"
        return StateDirectory(path: home + "/belay", group: group)
    }
}
