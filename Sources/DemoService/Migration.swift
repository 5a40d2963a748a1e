/// One file `NNNN-VERSION-name.sql` of a release, which brings the schema to that version.
struct Migration {
    /// The first line of a migration whose statements take effect one by one.
    static let noTransaction = "-- no transaction"

    let number: Int
    let version: Version
    let name: String
    let sql: String

    init(directory: String, name: String) throws {
        let parts = name.split(separator: "-", maxSplits: 2).map(String.init)
        guard parts.count == 3, let number = Int(parts[0]), let version = Version(parts[1]) else {
            throw DemoError("\(directory)/\(name): the name is not of the form NNNN-VERSION-name.sql")
        }
        self.number = number
        self.version = version
        self.name = name
        sql = try Files.read("\(directory)/\(name)")
    }

    var needsTransaction: Bool { !sql.hasPrefix(Self.noTransaction) }
}
