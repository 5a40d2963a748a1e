import CAssets

/// A change of the database's format. Released ones are never changed.
struct Migration: Sendable {
    let version: Int
    let sql: String
    /// Whether open runs may stay open: an older Belay must be able to go on with them.
    let isCompatible: Bool

    static let all: [Migration] = [
        Migration(
            version: 1, sql: text(asset_migration_0001, asset_migration_0001_length), isCompatible: true),
        // An older Belay knows no prompts, and must not be left with a run that has one.
        Migration(
            version: 2, sql: text(asset_migration_0002, asset_migration_0002_length), isCompatible: false),
    ]

    private static func text(_ start: UnsafePointer<CChar>, _ count: UInt) -> String {
        start.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
            String(decoding: UnsafeBufferPointer(start: $0, count: Int(count)), as: UTF8.self)
        }
    }
}
