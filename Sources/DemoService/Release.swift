import Glibc

/// How a release acts when it runs; all but `good` are there to be rolled back.
enum Behaviour: String, CaseIterable {
    case good
    /// Starts, and says that it is unhealthy.
    case unhealthy
    /// Ends at once with a message.
    case noStart = "no-start"
    /// Accepts connections and never answers.
    case hang
    /// Brings a migration whose second statement fails.
    case badMigration = "bad-migration"
    /// Healthy at first, unhealthy after a while.
    case degrades
}

/// What `release.yml` in a release directory says.
struct Release {
    let version: Version
    let behaviour: Behaviour
    /// When a degrading release turns unhealthy, in milliseconds after its start.
    var degradeAfter = 0
    /// How long its first migration takes at least, in milliseconds; stands for a large table.
    var migrationTakes = 0

    init(version: Version, behaviour: Behaviour) {
        self.version = version
        self.behaviour = behaviour
    }

    init(directory: String) throws {
        let path = "\(directory)/release.yml"
        let values = try FlatYAML.read(path)
        guard let version = values["version"].flatMap({ Version($0) }) else {
            throw DemoError("\(path): 'version' is missing or not a version")
        }
        guard let behaviour = values["behaviour"].flatMap({ Behaviour(rawValue: $0) }) else {
            throw DemoError("\(path): 'behaviour' is missing or unknown")
        }
        self.init(version: version, behaviour: behaviour)
        func duration(_ name: String) throws -> Int {
            guard let value = milliseconds(values[name] ?? "0ms") else {
                throw DemoError("\(path): '\(name)' is not a duration")
            }
            return value
        }
        degradeAfter = try duration("degrade_after")
        migrationTakes = try duration("migration_takes")
    }

    var manifest: String {
        """
        # Release of the demo service. It works with configuration and database schema of its own version only.
        version: "\(version)"
        behaviour: \(behaviour.rawValue)
        degrade_after: \(degradeAfter)ms
        migration_takes: \(migrationTakes)ms

        """
    }
}
