/// The settings in `config.yml`.
struct Configuration {
    let version: Version
    let port: UInt16
    let logLevel: LogLevel
    /// How many items `GET /api/items` answers with at most.
    let pageSize: Int
    /// How long the service says that it is starting, in milliseconds.
    let warmUp: Int

    init(path: String) throws {
        let values = try FlatYAML.read(path)
        let known = ["version", "port", "log_level", "page_size", "warm_up"]
        if let unknown = values.keys.sorted().first(where: { !known.contains($0) }) {
            throw DemoError("\(path): unknown setting '\(unknown)'; there are \(known.joined(separator: ", "))")
        }
        func setting<T>(_ name: String, _ fallback: T?, _ parse: (String) -> T?) throws -> T {
            guard let text = values[name] else {
                guard let fallback else { throw DemoError("\(path): '\(name)' is missing") }
                return fallback
            }
            guard let value = parse(text) else { throw DemoError("\(path): '\(text)' is no \(name)") }
            return value
        }
        version = try setting("version", nil) { Version($0) }
        port = try setting("port", nil) { UInt16($0).flatMap { $0 == 0 ? nil : $0 } }
        logLevel = try setting("log_level", .info) { LogLevel(name: $0) }
        pageSize = try setting("page_size", 100) { Int($0).flatMap { (1...1000).contains($0) ? $0 : nil } }
        warmUp = try setting("warm_up", 0) { milliseconds($0) }
    }

    static func text(version: Version, port: UInt16) -> String {
        """
        # Configuration of the demo service; 'demo-service reload' reads it again.
        version: "\(version)"
        port: \(port)
        log_level: info
        page_size: 100
        warm_up: 0ms

        """
    }
}
