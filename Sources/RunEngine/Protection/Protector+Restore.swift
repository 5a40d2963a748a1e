import Glibc
import RunHost

extension Protector {
    /// Sets the present state aside into a new numbered directory in `aside`, then makes every item what it was.
    ///
    /// Nothing is touched where the snapshot is damaged. After a crash at any point, a second call completes it.
    package func restore(
        from directory: String, aside: String
    ) throws(ProtectionFailure) -> RestoreReport {
        let manifest = try SnapshotManifest(of: directory)
        try manifest.verify(in: directory)
        for entry in manifest.entries { try recover(entry) }
        let asideDirectory = try Self.nextDirectory(in: aside)
        let present = try save(manifest.entries.map(\.setAside), into: asideDirectory, settingAside: true)
        var items: [RestoreReport.Item] = []
        for (number, entry) in manifest.entries.enumerated() {
            let place = SnapshotPlace(directory: directory, number: number)
            items.append(try restore(entry, among: manifest, from: place, present: present.entries[number]))
        }
        return RestoreReport(aside: asideDirectory, items: items)
    }

    private func restore(
        _ entry: SnapshotManifest.Entry, among manifest: SnapshotManifest, from place: SnapshotPlace,
        present: SnapshotManifest.Entry
    ) throws(ProtectionFailure) -> RestoreReport.Item {
        let path = entry.item.path
        if entry.form != .absent { try makeParent(of: path) }
        var untouched: [String] = []
        let outcome: RestoreReport.Outcome
        switch (entry.form, entry.item) {
        case (.absent, .path): outcome = try remove(path)
        case (.absent, .sqlite): outcome = try removeDatabase(path)
        case (.database(let ownership), _):
            outcome = try restoreDatabase(path, ownership, from: place, isDamaged: present.form == .rawDatabase)
        case (.rawDatabase, _): outcome = try restoreRawDatabase(path, from: place)
        case (.archive, let item):
            let exclusions = Exclusions(of: item, among: manifest.entries.map(\.item), skipped: entry.skipped)
            let survey = try surveyPresent(path, exclusions)
            untouched =
                survey.map { survey in (survey.excluded + survey.skipped).map { survey.absolute($0).text } } ?? []
            outcome = try restorePath(path, present: survey, from: place)
        }
        return RestoreReport.Item(path: path, outcome: outcome, untouched: untouched.sorted())
    }

    private func surveyPresent(
        _ path: String, _ exclusions: Exclusions
    ) throws(ProtectionFailure) -> TreeSurvey? {
        guard try Location.status(of: path) != nil else { return nil }
        return try protecting(path) { try TreeSurvey(of: path, excluding: exclusions) }
    }

    /// What was above a protected path has gone with it: the directories come back, with usual modes.
    private func makeParent(of path: String) throws(ProtectionFailure) {
        try protecting(path) { try HostFiles.makeDirectories(HostFiles.parent(of: path), mode: 0o755) }
    }

    /// A number that no earlier restore has used, whether it was complete or not.
    private static func nextDirectory(in aside: String) throws(ProtectionFailure) -> String {
        try protecting(aside) {
            var number = 1
            while try !makeDurableDirectory("\(aside)/\(number)") { number += 1 }
            return "\(aside)/\(number)"
        }
    }

    /// Clears what an interrupted restore left beside the path. What it moved away is in what it had set aside; it
    /// comes back only where nothing has taken its place yet.
    private func recover(_ entry: SnapshotManifest.Entry) throws(ProtectionFailure) {
        guard case .path = entry.item else { return }
        let location = Location(entry.item.path)
        if try location.status() == nil, try Location.status(of: location.outgoing) != nil {
            guard rename(location.outgoing, location.path) == 0 else {
                throw ProtectionFailure("cannot bring back", path: location.path, errno: errno)
            }
        }
        try delete([location.incoming, location.outgoing], "cannot clear")
    }
}

extension SnapshotManifest.Entry {
    /// What is to be saved before this is restored. Where there was nothing everything goes, excluded parts too.
    fileprivate var setAside: ProtectedItem {
        if case .path(let path, _) = item, form == .absent { .path(path, exclude: []) } else { item }
    }
}

extension SnapshotManifest {
    /// Compares every file with what was written down about it.
    func verify(in directory: String) throws(ProtectionFailure) {
        for file in entries.flatMap(\.files) {
            let path = "\(directory)/\(file.name)"
            guard try Location.status(of: path) != nil, try SavedFile(of: path) == file else {
                throw ProtectionFailure(
                    "the snapshot is damaged: \(path) is not what was saved; nothing was touched", path: path,
                    help: "restore by hand; the other files in \(directory) may be sound")
            }
        }
    }
}
