import Glibc

/// Where an instance of the service keeps its files.
struct Home {
    let path: String

    init(_ path: String) throws {
        guard Files.exists(path) else { throw DemoError("there is no home at \(path); 'demo-service init' makes one") }
        self.path = Files.absolute(path)
    }

    /// Makes an empty home, or fails where one is already.
    init(creating path: String) throws {
        guard !Files.exists("\(path)/config.yml") else { throw DemoError("\(path) is a home already") }
        try Files.makeDirectories(path)
        self.path = Files.absolute(path)
        for name in ["data", "logs", "run", "releases"] { try Files.makeDirectories("\(self.path)/\(name)") }
    }

    var configuration: String { "\(path)/config.yml" }
    var database: String { "\(path)/data/demo.db" }
    var log: String { "\(path)/logs/demo.log" }
    var pidFile: String { "\(path)/run/demo.pid" }
    var lock: String { "\(path)/run/demo.lock" }
    /// While this file is there the service takes no requests for items.
    var maintenance: String { "\(path)/maintenance" }
    var current: String { "\(path)/current" }
    var releases: String { "\(path)/releases" }
}
