/// What a complete snapshot directory holds; kept there as `manifest.json`, which is written last.
package struct SnapshotManifest: Hashable, Sendable {
    /// In the order in which they were given, which is the order of restoring.
    package var entries: [Entry]

    /// One protected item.
    package struct Entry: Hashable, Sendable {
        package var item: ProtectedItem
        package var form: Form
        /// The files of the snapshot directory that belong to it.
        package var files: [SavedFile]
        /// What is inside the item but was not saved: sockets and mounted filesystems, as absolute paths.
        package var skipped: [String]
    }

    /// How an item was saved.
    package enum Form: Hashable, Sendable {
        /// It was not there.
        case absent
        /// A tar archive and the list of the names in it.
        case archive
        /// A copy by SQLite's backup API, and whose the database file was.
        case database(Ownership)
        /// A tar archive of the files of what should be a database and is none (only in what was set aside).
        case rawDatabase
    }

    /// A file of the snapshot directory.
    package struct SavedFile: Hashable, Sendable {
        package var name: String
        /// Bytes.
        package var length: Int64
        /// In hexadecimal.
        package var sha256: String
    }

    /// Mode and owner of a file.
    package struct Ownership: Hashable, Sendable {
        package var mode: UInt32
        package var user: UInt32
        package var group: UInt32
    }
}
