/// The tables of the service: `schema_info` with one row, and `items`.
struct ItemStore {
    let database: Database

    init(path: String) throws { database = try Database(path: path) }

    /// Creates the database with the schema of the first release and a few items.
    init(creating path: String, version: Version) throws {
        database = try Database(path: path, create: true)
        try database.run(
            script: """
                BEGIN IMMEDIATE;
                CREATE TABLE schema_info(version TEXT NOT NULL);
                INSERT INTO schema_info VALUES ('\(version)');
                CREATE TABLE items(
                  id INTEGER PRIMARY KEY,
                  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200)
                );
                INSERT INTO items(name) VALUES ('rope'), ('carabiner'), ('harness');
                COMMIT;
                """)
    }

    func schemaVersion() throws -> String {
        guard let version = try database.value("SELECT version FROM schema_info") else {
            throw DemoError("database: schema_info is empty")
        }
        return version
    }

    func setSchemaVersion(_ version: String) throws {
        try database.value("UPDATE schema_info SET version = ?1", [version])
    }

    /// The newest items as a JSON list.
    func list(limit: Int) throws -> String {
        try database.value(
            """
            SELECT json_group_array(json_object('id', id, 'name', name))
            FROM (SELECT id, name FROM items ORDER BY id DESC LIMIT ?1)
            """, [String(limit)]) ?? "[]"
    }

    /// Adds the item of a JSON body such as `{"name": "rope"}` and returns it as JSON; nil when it is no such body.
    func add(json body: String) throws -> String? {
        guard try database.value("SELECT json_valid(?1)", [body]) == "1",
            try database.value("SELECT json_type(?1, '$.name')", [body]) == "text",
            let name = try database.value("SELECT json_extract(?1, '$.name')", [body]),
            (1...200).contains(name.unicodeScalars.count)
        else { return nil }
        return try database.value(
            "INSERT INTO items(name) VALUES (?1) RETURNING json_object('id', id, 'name', name)", [name])
    }
}
