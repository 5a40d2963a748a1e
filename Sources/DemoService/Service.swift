import Glibc
import Synchronization

/// The running service: what it answers, and when it is healthy.
final class Service: Sendable {
    let home: Home
    let release: Release
    let log: Log
    private let configuration: Mutex<Configuration>
    private let startedAt = monotonicMilliseconds()

    /// Fails when configuration, database and release don't fit, or when the release doesn't start at all.
    init(home: Home, log: Log) throws {
        self.home = home
        self.log = log
        release = try Release(directory: home.current)
        let configuration = try Configuration(path: home.configuration)
        log.setLevel(configuration.logLevel)
        try Self.check(configuration, fits: release)
        try Self.check(schema: try ItemStore(path: home.database).schemaVersion(), fits: release)
        if release.behaviour == .noStart {
            throw DemoError("release \(release.version) cannot start: its licence file is missing")
        }
        self.configuration = Mutex(configuration)
    }

    var port: UInt16 { configuration.withLock { $0.port } }

    func answer(method: String, path: String, body: [UInt8]) -> HTTPResponse {
        let response = route(method: method, path: path, body: body)
        log(.debug, "\(method) \(path) \(response.status)")
        return response
    }

    /// Reads the configuration again; one that cannot be used is logged and changes nothing.
    func reload() {
        do {
            let new = try Configuration(path: home.configuration)
            try Self.check(new, fits: release)
            guard new.port == port else { throw DemoError("the port changes only with a restart") }
            configuration.withLock { $0 = new }
            log.setLevel(new.logLevel)
            log(.info, "configuration read again")
        } catch {
            log(.error, "configuration kept: \(text(of: error))")
        }
    }

    private func route(method: String, path: String, body: [UInt8]) -> HTTPResponse {
        switch (method, path) {
        case ("GET", "/api/status"): return status()
        case (_, "/api/items") where Files.exists(home.maintenance):
            return HTTPResponse(status: 503, body: #"{"error":"closed for maintenance"}"#)
        case ("GET", "/api/items"):
            let limit = configuration.withLock { $0.pageSize }
            return withStore { HTTPResponse(status: 200, body: try $0.list(limit: limit)) }
        case ("POST", "/api/items"):
            return withStore {
                guard let item = try $0.add(json: String(decoding: body, as: UTF8.self)) else {
                    return HTTPResponse(status: 400, body: #"{"error":"the body must be {\"name\": TEXT}"}"#)
                }
                return HTTPResponse(status: 201, body: item)
            }
        case (_, "/api/status"), (_, "/api/items"):
            return HTTPResponse(status: 405, body: #"{"error":"no such method here"}"#)
        default: return HTTPResponse(status: 404, body: #"{"error":"nothing here"}"#)
        }
    }

    /// A connection for each request: a database that was put back by a rollback is seen at once.
    private func withStore(_ body: (ItemStore) throws -> HTTPResponse) -> HTTPResponse {
        do {
            return try body(try ItemStore(path: home.database))
        } catch {
            log(.error, text(of: error))
            return HTTPResponse(status: 500, body: #"{"error":"the database cannot be used"}"#)
        }
    }

    private func status() -> HTTPResponse {
        let configuration = configuration.withLock { $0 }
        let schema = try? ItemStore(path: home.database).schemaVersion()
        let uptime = monotonicMilliseconds() - startedAt
        let health = health(schema: schema, uptime: uptime, warmUp: configuration.warmUp)
        let seconds = "\(uptime / 1000).\(String(1000 + uptime % 1000).dropFirst())"
        let schemaText = schema.map(jsonString) ?? "null"
        return HTTPResponse(
            status: health == "healthy" ? 200 : 503,
            body: """
                {"version":"\(release.version)","status":"\(health)","uptime_s":\(seconds),\
                "config_version":"\(configuration.version)","schema_version":\(schemaText),"pid":\(getpid())}
                """)
    }

    private func health(schema: String?, uptime: Int, warmUp: Int) -> String {
        guard uptime >= warmUp else { return "starting" }
        guard schema == "\(release.version)" else { return "unhealthy" }
        switch release.behaviour {
        case .unhealthy: return "unhealthy"
        case .degrades: return uptime < release.degradeAfter ? "healthy" : "unhealthy"
        case .good, .noStart, .hang, .badMigration: return "healthy"
        }
    }

    private static func check(_ configuration: Configuration, fits release: Release) throws {
        guard configuration.version == release.version else {
            throw DemoError(
                "configuration \(configuration.version) does not fit release \(release.version)", code: .incompatible)
        }
    }

    private static func check(schema: String, fits release: Release) throws {
        guard schema == "\(release.version)" else {
            throw DemoError("database schema \(schema) does not fit release \(release.version)", code: .incompatible)
        }
    }
}

/// The text in quotes and escaped as JSON wants it.
private func jsonString(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

func text(of error: any Error) -> String {
    (error as? DemoError)?.message ?? "\(error)"
}
