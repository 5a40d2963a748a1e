import Checks
import Glibc
import RunHost
import RunbookModel

/// Copies, moves and deletes files and trees; the reading and writing is done by cp and rm.
struct FileTrees {
    private let context: ActionContext

    init(_ context: ActionContext) { self.context = context }

    /// Makes the target an exact copy; what was there is replaced in one move.
    func copy(_ from: String, to place: FilePlace) throws {
        guard let source = realpath(from, nil) else { throw SystemError.last("copy \(from)") }
        defer { free(source) }
        let real = String(cString: source)
        try checkKinds(real, place)
        guard place.path != real, !place.path.hasPrefix(real + "/") else {
            throw ArgumentProblem("\(from) cannot be copied onto or into itself")
        }
        try remove(place.incoming, in: place)
        let target = place.absolute(place.incoming)
        do {
            try HelperProcess.run(
                ["cp", "--archive", "--reflink=auto", "--no-target-directory", "--", real, target], context)
            try HelperProcess.run(["sync", "--file-system", target], context)
        } catch {
            try? remove(place.incoming, in: place)
            throw error
        }
        try putInPlace(place)
    }

    /// False where only the target is there: it has been moved already.
    func move(_ from: String, to place: FilePlace) throws -> Bool {
        let origin = try FilePlace(try FilePlace.locate(from, following: false))
        guard try origin.status() != nil else {
            guard try place.status() != nil else { throw ArgumentProblem("there is no \(from)") }
            try remove(origin.outgoing, in: origin)
            return false
        }
        try checkKinds(origin.path, place)
        guard !place.path.hasPrefix(origin.path + "/") else {
            throw ArgumentProblem("\(from) cannot be moved into itself")
        }
        if origin.path == place.path { return false }
        if try rename(origin, place) { return true }
        guard errno == EXDEV else { throw SystemError.last("move \(from)") }
        try copy(origin.path, to: place)
        try takeAway(origin)
        return true
    }

    /// False, with `errno`, where this cannot be one move.
    private func rename(_ origin: FilePlace, _ place: FilePlace) throws -> Bool {
        let isTree = try place.status()?.isDirectory == true
        if isTree { try setAside(place) }
        guard renameat(origin.directory, origin.name, place.directory, place.name) == 0 else {
            let error = errno
            if isTree { renameat(place.directory, place.outgoing, place.directory, place.name) }
            errno = error
            return false
        }
        try place.sync()
        try origin.sync()
        if isTree { try remove(place.outgoing, in: place) }
        return true
    }

    /// False where nothing is there.
    func delete(_ path: String) throws -> Bool {
        let located = try FilePlace.locate(path, following: false)
        guard access(HostFiles.parent(of: located), F_OK) == 0 else { return false }
        let place = try FilePlace(located)
        try remove(place.outgoing, in: place)
        guard try place.status() != nil else { return false }
        try takeAway(place)
        return true
    }

    /// Clears what an interrupted operation left beside a path.
    func clear(_ path: String) throws {
        guard access(HostFiles.parent(of: path), F_OK) == 0 else { return }
        let place = try FilePlace(path)
        for name in [place.incoming, place.outgoing] { try remove(name, in: place) }
    }

    // MARK: - Moves

    /// A file never takes the place of a directory, nor the other way round: most likely the name is missing.
    private func checkKinds(_ from: String, _ place: FilePlace) throws {
        guard let present = try place.status() else { return }
        var status = stat()
        guard lstat(from, &status) == 0 else { throw SystemError.last("examine \(from)") }
        guard status.isDirectory != present.isDirectory else { return }
        let name = from.split(separator: "/").last.map(String.init) ?? from
        throw present.isDirectory
            ? ArgumentProblem(
                "\(place.path) is a directory, and \(from) is none (name the file: \(place.path)/\(name))")
            : ArgumentProblem("\(from) is a directory, and \(place.path) is none")
    }

    private func putInPlace(_ place: FilePlace) throws {
        let isTree = try place.status()?.isDirectory == true
        if isTree { try setAside(place) }
        guard renameat(place.directory, place.incoming, place.directory, place.name) == 0 else {
            throw SystemError.last("replace \(place.path)")
        }
        try place.sync()
        if isTree { try remove(place.outgoing, in: place) }
    }

    /// rename(2) replaces no directory that has something in it.
    private func setAside(_ place: FilePlace) throws {
        try remove(place.outgoing, in: place)
        guard renameat(place.directory, place.name, place.directory, place.outgoing) == 0 else {
            throw SystemError.last("replace \(place.path)")
        }
    }

    /// The name goes at once, the content after it.
    private func takeAway(_ place: FilePlace) throws {
        guard renameat(place.directory, place.name, place.directory, place.outgoing) == 0 else {
            throw SystemError.last("delete \(place.path)")
        }
        try place.sync()
        try remove(place.outgoing, in: place)
    }

    /// Removes an entry beside a place, whatever it is; never what is mounted inside.
    private func remove(_ name: String, in place: FilePlace) throws {
        if unlinkat(place.directory, name, 0) == 0 || errno == ENOENT { return }
        try HelperProcess.run(["rm", "-rf", "--one-file-system", "--", place.absolute(name)], context)
    }
}
