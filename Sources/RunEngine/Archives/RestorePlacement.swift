import Glibc
import RunHost

/// Moves what was staged to its places below one anchor, by names that are looked up without following links.
final class RestorePlacement {
    private let staging: RestoreStaging
    /// The directory used last, which the next entry most often is in, too.
    private var last: (below: [[UInt8]], descriptor: Int32)?

    init(_ staging: RestoreStaging) { self.staging = staging }

    deinit { if let last { close(last.descriptor) } }

    /// Puts a staged file or link in its place, in one move.
    func put(_ staged: String, at below: [[UInt8]]) throws {
        guard let name = below.last else { throw ArchiveFailure("a file cannot take the place of \(staging.anchor)") }
        let parent = try directory(Array(below.dropLast()))
        if move(staged, to: name, in: parent) { return }
        guard [EISDIR, ENOTEMPTY, EEXIST].contains(errno) else { throw failure(below) }
        try displace(name, in: parent, below)
        guard move(staged, to: name, in: parent) else { throw failure(below) }
    }

    private func move(_ staged: String, to name: [UInt8], in parent: Int32) -> Bool {
        name.withCString { renameat(staging.descriptor, staged, parent, $0) == 0 }
    }

    /// A directory below the anchor, made where it is missing; what is no directory makes way.
    func directory(_ below: [[UInt8]]) throws -> Int32 {
        if let last, last.below == below { return last.descriptor }
        if let last { close(last.descriptor) }
        last = nil
        var current = dup(staging.anchorDescriptor)
        for (depth, name) in below.enumerated() {
            let parent = current
            defer { close(parent) }
            current = try enter(name, in: parent, Array(below[...depth]))
        }
        last = (below, current)
        return current
    }

    private func enter(_ name: [UInt8], in parent: Int32, _ below: [[UInt8]]) throws -> Int32 {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        func enter() -> Int32 { name.withCString { openat(parent, $0, flags) } }
        var descriptor = enter()
        if descriptor >= 0 { return descriptor }
        if errno == ENOTDIR || errno == ELOOP {
            try displace(name, in: parent, below)
        } else if errno != ENOENT {
            throw failure(below)
        }
        guard name.withCString({ mkdirat(parent, $0, 0o755) }) == 0 else { throw failure(below) }
        descriptor = enter()
        guard descriptor >= 0 else { throw failure(below) }
        return descriptor
    }

    private func displace(_ name: [UInt8], in parent: Int32, _ below: [[UInt8]]) throws {
        let away = staging.nextDisplaced()
        guard name.withCString({ renameat(parent, $0, staging.descriptor, away) }) == 0 else { throw failure(below) }
    }

    private func failure(_ below: [[UInt8]]) -> any Error {
        let error = errno
        let path =
            "\(staging.anchor == "/" ? "" : staging.anchor)/\(Array(below.joined(separator: [UInt8(ascii: "/")])).text)"
        if error == EXDEV {
            return ArchiveFailure(
                "cannot put \(path) in its place: another filesystem is mounted there", help: "unmount it and try again"
            )
        }
        return SystemError("put \(path) in its place", errno: error)
    }
}
