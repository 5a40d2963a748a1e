import Glibc

/// What Belay needs of files beyond reading and writing: durability, modes whatever the umask, no links followed.
package enum HostFiles {
    /// stat(2), which follows links.
    package static func status(of path: String) throws -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError.last("examine \(path)") }
        return status
    }

    /// The whole content, also of files in /proc; throws EFBIG beyond `limit` bytes.
    package static func read(_ path: String, limit: Int = 64 << 20) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        var bytes = [UInt8](repeating: 0, count: max(min(Int(status.st_size), limit) + 1, 4096))
        var length = 0
        while true {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + length, $0.count - length)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError.last("read \(path)") }
            if count == 0 { break }
            length += count
            guard length <= limit else { throw SystemError("read \(path)", errno: EFBIG) }
            if length == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
        }
        bytes.removeLast(bytes.count - length)
        return bytes
    }

    /// Replaces a file so that after a power cut either the old or the new content is there, whole.
    package static func writeAtomically(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError.last("create \(temporary)") }
        defer { close(descriptor) }
        do {
            guard fchmod(descriptor, mode) == 0 else { throw SystemError.last("set the mode of \(temporary)") }
            try write(bytes, to: descriptor, path: temporary)
            guard fsync(descriptor) == 0 else { throw SystemError.last("sync \(temporary)") }
            guard rename(temporary, path) == 0 else { throw SystemError.last("rename to \(path)") }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncDirectory(parent(of: path))
    }

    /// Writes all bytes; `path` is only for the error.
    package static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError.last("write \(path)") }
            written += count
        }
    }

    /// Makes a file's content durable.
    package static func syncFile(_ path: String) throws { try sync(path, flags: O_RDONLY) }

    /// Makes the names in a directory durable.
    package static func syncDirectory(_ path: String) throws { try sync(path, flags: O_RDONLY | O_DIRECTORY) }

    private static func sync(_ path: String, flags: Int32) throws {
        let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError.last("sync \(path)") }
    }

    /// Makes a directory with exactly this mode, whatever the umask; false where a directory was there already.
    @discardableResult
    package static func makeDirectory(_ path: String, mode: mode_t = 0o700) throws -> Bool {
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST else { throw SystemError.last("create directory \(path)") }
            guard try status(of: path).st_mode & S_IFMT == S_IFDIR else {
                throw SystemError("create directory \(path)", errno: ENOTDIR)
            }
            return false
        }
        guard mode == 0o700 || chmod(path, mode) == 0 else { throw SystemError.last("set the mode of \(path)") }
        return true
    }

    /// Makes a directory and those above it that are missing.
    package static func makeDirectories(_ path: String, mode: mode_t = 0o700) throws {
        do {
            try makeDirectory(path, mode: mode)
        } catch let error as SystemError where error.errno == ENOENT && parent(of: path) != path {
            try makeDirectories(parent(of: path), mode: mode)
            try makeDirectory(path, mode: mode)
        }
    }

    /// The path without its last component.
    package static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// The entries of a directory, in no order; none where it cannot be read.
    package static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// A small text file; nil where it cannot be read.
    package static func text(of path: String) -> String? {
        (try? read(path, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Its first line, without the newline; nil where there is none.
    package static func firstLine(of path: String) -> String? {
        text(of: path)?.split(separator: "\n").first.map(String.init)
    }
}
