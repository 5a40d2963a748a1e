import Expressions
import Glibc
import RunHost

/// Restores from one archive: all of it is verified, what is there now is saved, what comes is made whole beside its
/// place, and only then moved there. What the archive does not bring stays as it is.
struct RestoreJob {
    private let source: String
    /// The parts that are wanted; of each, the ways to name it.
    private let only: [[String]]
    private let demand: ArchiveScan.Demand
    private let destination: String?
    /// A directory of the step's own, for what is replaced and for what a killed try left.
    private let state: String
    private let token: String
    private let host: ArchiveHost

    init(_ request: Value, _ host: ArchiveHost) throws {
        guard let state = request["state"]?.asString, let token = request["token"]?.asString else {
            throw ArchiveFailure("the request is incomplete")
        }
        source = request["from"]?.asString ?? ""
        only = (request["only"]?.asList ?? []).map { item in
            let names = item.asTexts ?? item.asString.map { [$0] } ?? []
            return names.map { $0.hasPrefix("/") ? ArchiveHeader.normal($0) : $0 }
        }
        demand = request["verify"]?.asString.flatMap(ArchiveScan.Demand.init) ?? .manifest
        destination = request["to"]?.asString
        self.state = state
        self.token = token
        self.host = host
    }

    private var snapshot: String { "\(state)/before" }
    private var protector: Protector { Protector(run: host.runChild, belay: host.executable) }

    func perform() throws -> Value {
        try clearStaging()
        let contents = try ArchiveScan.read(source, demanding: demand)
        host.crashPoint("restore.verified")
        let plan = try RestorePlan(contents, only: only, to: destination)
        let notes = try plan.check()
        let before = try save(plan.items)
        host.crashPoint("restore.saved")
        if let destination { try HostFiles.makeDirectories(destination, mode: 0o755) }
        try stage(plan, before)
        try clearStaging()
        return result(contents, plan, notes)
    }

    /// Puts back what was there; where nothing was saved yet, nothing was touched.
    func undo() throws -> Value {
        try clearStaging()
        guard access("\(snapshot)/\(SnapshotManifest.fileName)", F_OK) == 0 else { return ["notes": []] }
        let report = try protector.restore(from: snapshot, aside: "\(state)/aside")
        return ["notes": .texts(["what was there before is kept in \(report.aside)"])]
    }

    private func result(_ contents: ArchiveScan.Contents, _ plan: RestorePlan, _ notes: [String]) -> Value {
        let restored = plan.placements + plan.databases
        var outputs: ValueMap = [
            "path": .string(source), "to": .string(destination ?? "/"),
            "files": .int(Int64(restored.count { !$0.entry.isDirectory })),
            "bytes": .int(restored.reduce(0) { $0 + $1.entry.size }), "databases": .int(Int64(plan.databases.count)),
        ]
        if let header = contents.header {
            outputs["created"] = .string(header.createdText)
            outputs["host"] = .string(header.host)
            outputs["run"] = .int(header.run)
        }
        return ["outputs": .map(outputs), "notes": .texts(notes)]
    }

    // MARK: What is there now

    /// Taken once: a later try would find what an earlier one had restored.
    private func save(_ items: [ProtectedItem]) throws -> SnapshotManifest {
        if let taken = try? SnapshotManifest(of: snapshot) { return taken }
        try HostFiles.makeDirectories(state)
        try protector.checkRoom(for: items, in: state)
        return try protector.save(items, into: snapshot, settingAside: true)
    }

    // MARK: Staging

    private var stagingName: String { ".belay-restore-\(token)" }
    private var stagingList: String { "\(state)/staging.json" }

    /// Removes what a killed try left beside the places.
    private func clearStaging() throws {
        guard let bytes = try? HostFiles.read(stagingList), let list = try? JSONText.parse(bytes) else { return }
        try protector.delete(list.asTexts ?? [], "cannot clear")
        unlink(stagingList)
    }

    private func stage(_ plan: RestorePlan, _ before: SnapshotManifest) throws {
        let anchors = Set((plan.placements + plan.databases).map(\.anchor)).sorted()
        let paths = anchors.map { "\($0 == "/" ? "" : $0)/\(stagingName)" }
        try HostFiles.writeAtomically(Value.texts(paths).jsonBytes(), to: stagingList)
        var stagings: [String: RestoreStaging] = [:]
        for anchor in anchors { stagings[anchor] = try RestoreStaging(anchor: anchor, name: stagingName) }
        let layout = StagingLayout(plan)
        let sink = StagingSink(stagings, layout.places, layout.expected)
        _ = try ArchiveScan.read(source, demanding: demand, into: sink)
        for anchor in anchors { try layout.makeLinks(in: stagings[anchor]!) }
        for path in paths { try protector.syncFilesystem(of: path) }
        host.crashPoint("restore.staged")
        try place(plan, layout, stagings, before)
        for anchor in anchors { try protector.syncFilesystem(of: anchor) }
        host.crashPoint("restore.placed")
    }

    // MARK: Placing

    private func place(
        _ plan: RestorePlan, _ layout: StagingLayout, _ stagings: [String: RestoreStaging], _ before: SnapshotManifest
    ) throws {
        var placements: [String: RestorePlacement] = stagings.mapValues(RestorePlacement.init)
        for (number, placement) in plan.placements.enumerated() {
            guard let target = placements[placement.anchor] else { continue }
            if placement.entry.isDirectory {
                _ = try target.directory(placement.below)
            } else {
                try target.put(layout.name(number), at: placement.below)
                host.crashPoint("restore.put")
            }
        }
        for (number, database) in plan.databases.enumerated() {
            guard let staging = stagings[database.anchor], let target = placements[database.anchor] else { continue }
            _ = try target.directory(Array(database.below.dropLast()))
            try restore(
                database, at: plan.path(of: database), SnapshotPlace(directory: staging.path, number: number), before)
        }
        // From the leaves up, because what is made in a directory changes its time.
        for placement in plan.placements.reversed() where placement.entry.isDirectory {
            guard let descriptor = try placements[placement.anchor]?.directory(placement.below) else { continue }
            try FileAttributes(placement.entry).apply(to: descriptor)
            try FileAttributes(placement.entry).applyTime(to: descriptor)
        }
        placements.removeAll()
    }

    private func restore(
        _ database: RestorePlan.Placement, at path: String, _ copy: SnapshotPlace, _ before: SnapshotManifest
    ) throws {
        let entry = database.entry
        let ownership = SnapshotManifest.Ownership(
            mode: entry.mode, user: geteuid() == 0 ? entry.owner.uid : geteuid(),
            group: geteuid() == 0 ? entry.owner.gid : getegid())
        let isDamaged = before.entries.contains { $0.item == .sqlite(path) && $0.form == .rawDatabase }
        _ = try protector.restoreDatabase(path, ownership, from: copy, isDamaged: isDamaged)
    }
}

/// Under which names the entries of a plan are staged.
struct StagingLayout {
    private(set) var places: [[UInt8]: [StagingSink.Place]] = [:]
    private(set) var expected: [[UInt8]: ArchiveEntry] = [:]
    /// Other names of staged files, and symbolic links.
    private var hardlinks: [(anchor: String, from: String, to: String)] = []
    private var links: [(anchor: String, entry: ArchiveEntry, name: String)] = []

    init(_ plan: RestorePlan) {
        for (number, database) in plan.databases.enumerated() {
            expect(database.entry)
            let place = SnapshotPlace(directory: "", number: number)
            places[database.entry.path, default: []].append(
                StagingSink.Place(anchor: database.anchor, name: String(place.database.dropFirst())))
        }
        for (number, placement) in plan.placements.enumerated() {
            let place = StagingSink.Place(anchor: placement.anchor, name: name(number))
            switch placement.entry.kind {
            case .file:
                expect(placement.entry)
                places[placement.entry.path, default: []].append(place)
            case .link: links.append((placement.anchor, placement.entry, place.name))
            case .directory: break
            case .hardlink(let target): add(hardlinkTo: target, placement.entry, place)
            }
        }
    }

    func name(_ number: Int) -> String { "\(number)" }

    private mutating func expect(_ entry: ArchiveEntry) { expected[entry.path] = entry }

    /// A file with several names stays one, as far as they are on one filesystem.
    private mutating func add(hardlinkTo target: [UInt8], _ entry: ArchiveEntry, _ place: StagingSink.Place) {
        if let first = places[target]?.first(where: { $0.anchor == place.anchor }) {
            hardlinks.append((place.anchor, first.name, place.name))
        } else {
            places[target, default: []].append(place)
        }
    }

    /// What has no content of its own, once all content is there.
    func makeLinks(in staging: RestoreStaging) throws {
        for link in hardlinks where link.anchor == staging.anchor {
            guard linkat(staging.descriptor, link.from, staging.descriptor, link.to, 0) == 0 else {
                throw SystemError.last("link a file in \(staging.path)")
            }
        }
        for (anchor, entry, name) in links where anchor == staging.anchor {
            guard case .link(let target) = entry.kind else { continue }
            guard target.withCString({ symlinkat($0, staging.descriptor, name) }) == 0 else {
                throw SystemError.last("link a file in \(staging.path)")
            }
            try FileAttributes(entry).applyToLink(name, in: staging.descriptor)
        }
    }
}
