import Glibc
import RunHost

/// A directory beside the place of what is restored, on its filesystem: files are made whole there, then moved.
final class RestoreStaging {
    let anchor: String
    let path: String
    let anchorDescriptor: Int32
    let descriptor: Int32
    private var displaced = 0

    init(anchor: String, name: String) throws {
        self.anchor = anchor
        path = "\(anchor == "/" ? "" : anchor)/\(name)"
        guard mkdir(path, 0o700) == 0 else { throw SystemError.last("create \(path)") }
        anchorDescriptor = open(anchor, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard anchorDescriptor >= 0, descriptor >= 0 else { throw SystemError.last("open \(path)") }
    }

    deinit {
        close(anchorDescriptor)
        close(descriptor)
    }

    /// A name that an entry of the wrong type is moved to, out of the way.
    func nextDisplaced() -> String {
        displaced += 1
        return "displaced-\(displaced)"
    }
}

/// Writes the wanted files of an archive into their staging directories, and makes them what they are to be there.
final class StagingSink: ArchiveScan.Sink {
    struct Place: Hashable {
        let anchor: String
        let name: String
    }

    private let stagings: [String: RestoreStaging]
    /// Where the content of a file of the archive goes: more than one place where it has names on several filesystems.
    private let places: [[UInt8]: [Place]]
    private let expected: [[UInt8]: ArchiveEntry]
    private var open: [Int32] = []

    init(
        _ stagings: [String: RestoreStaging], _ places: [[UInt8]: [Place]], _ expected: [[UInt8]: ArchiveEntry]
    ) {
        self.stagings = stagings
        self.places = places
        self.expected = expected
    }

    deinit { for descriptor in open { close(descriptor) } }

    func begin(_ path: [UInt8]) throws -> ((UnsafeRawBufferPointer, Int64) throws -> Void)? {
        guard let wanted = places[path] else { return nil }
        for place in wanted {
            guard let staging = stagings[place.anchor] else { continue }
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            let descriptor = openat(staging.descriptor, place.name, flags, 0o600)
            guard descriptor >= 0 else { throw SystemError.last("create a file in \(staging.path)") }
            open.append(descriptor)
        }
        let descriptors = open
        return { bytes, offset in
            for descriptor in descriptors { try Self.write(bytes, at: offset, to: descriptor, path) }
        }
    }

    func end(_ entry: ArchiveEntry, _ reader: ArchiveReader) throws {
        guard !open.isEmpty else { return }
        defer {
            for descriptor in open { close(descriptor) }
            open.removeAll()
        }
        guard let expected = expected[entry.path], expected.kind == entry.kind else {
            throw ArchiveFailure("the archive has changed while it was restored: '\(entry.path.text)'")
        }
        for descriptor in open {
            guard ftruncate(descriptor, Int(entry.size)) == 0 else {
                throw SystemError.last("write '\(entry.path.text)'")
            }
            try FileAttributes(expected).apply(to: descriptor)
            _ = reader.applyAttributes(to: descriptor)
            try FileAttributes(expected).applyTime(to: descriptor)
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int64, to descriptor: Int32, _ path: [UInt8]
    ) throws {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress! + written, bytes.count - written, Int(offset) + written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError.last("write '\(path.text)'") }
            written += count
        }
    }
}

/// Owner, mode and time of a restored file or directory.
struct FileAttributes {
    private let entry: ArchiveEntry

    init(_ entry: ArchiveEntry) { self.entry = entry }

    /// The owner first: giving a file away takes its special modes. Who is not root keeps what is made.
    func apply(to descriptor: Int32) throws {
        if fchown(descriptor, entry.owner.uid, entry.owner.gid) != 0, geteuid() == 0 || errno != EPERM {
            throw SystemError.last("set the owner of '\(entry.path.text)'")
        }
        guard fchmod(descriptor, mode_t(entry.mode)) == 0 else {
            throw SystemError.last("set the mode of '\(entry.path.text)'")
        }
    }

    func applyTime(to descriptor: Int32) throws {
        let times = times
        guard futimens(descriptor, times) == 0 else { throw SystemError.last("set the time of '\(entry.path.text)'") }
    }

    /// The same of a link itself.
    func applyToLink(_ name: String, in directory: Int32) throws {
        let flags = AT_SYMLINK_NOFOLLOW
        if fchownat(directory, name, entry.owner.uid, entry.owner.gid, flags) != 0, geteuid() == 0 || errno != EPERM {
            throw SystemError.last("set the owner of '\(entry.path.text)'")
        }
        let times = times
        guard utimensat(directory, name, times, flags) == 0 else {
            throw SystemError.last("set the time of '\(entry.path.text)'")
        }
    }

    private var times: [timespec] {
        let time = timespec(tv_sec: Int(entry.modified.seconds), tv_nsec: Int(entry.modified.nanoseconds))
        return [time, time]
    }
}
