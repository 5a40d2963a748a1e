/// The schema changes in the history of the service; a release carries all up to its own version.
enum MigrationCatalogue {
    struct File {
        let name: String
        let sql: String
    }

    static func migrations(of release: Release) -> [File] {
        var files = history.filter { $0.version <= release.version }.map(\.file)
        if release.behaviour == .badMigration {
            files.append(File(name: "0099-\(release.version)-item-weight.sql", sql: brokenMigration))
        }
        return files
    }

    private static let history: [(version: Version, file: File)] = [
        (
            Version("1.1.0")!,
            File(
                name: "0001-1.1.0-item-note.sql",
                sql: """
                    ALTER TABLE items ADD COLUMN note TEXT NOT NULL DEFAULT '';
                    CREATE INDEX items_by_name ON items(name);

                    """)
        ),
        (
            Version("1.2.0")!,
            File(
                name: "0002-1.2.0-tags.sql",
                sql: """
                    CREATE TABLE tags(
                      item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
                      tag TEXT NOT NULL,
                      PRIMARY KEY (item, tag)
                    ) WITHOUT ROWID;
                    INSERT INTO tags(item, tag) SELECT id, 'imported' FROM items;

                    """)
        ),
    ]

    /// Its first statement takes effect and its second fails, as a rebuild of a large table without a transaction may.
    private static let brokenMigration = """
        \(Migration.noTransaction)
        ALTER TABLE items ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
        UPDATE items SET weight = (SELECT grams FROM item_weights WHERE item_weights.item = items.id);

        """
}
