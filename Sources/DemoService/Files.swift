import Glibc

/// The file operations that the service and its releases need.
enum Files {
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func exists(_ path: String) -> Bool {
        var information = stat()
        return lstat(path, &information) == 0
    }

    static func read(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot read", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read", path) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    /// Replaces the file in one move, so that a reader sees the old text or the new one and nothing between.
    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("cannot write", temporary) }
        defer { close(descriptor) }
        try writeAll(Array(text.utf8), to: descriptor, path: temporary)
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure("cannot write", path) }
    }

    /// Points the symbolic link at another target in one move.
    static func link(_ path: String, to target: String) throws {
        let temporary = "\(path).\(getpid()).new"
        guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else {
            throw failure("cannot link", path)
        }
    }

    static func makeDirectories(_ path: String) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        var current = path.hasPrefix("/") ? "" : "."
        for part in parts {
            current += "/\(part)"
            guard mkdir(current, 0o755) == 0 || errno == EEXIST else { throw failure("cannot create", current) }
        }
    }

    /// The names in a directory, sorted; none when there is no such directory.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func failure(_ what: String, _ path: String) -> DemoError {
        DemoError("\(what) \(path): \(String(cString: strerror(errno)))")
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot write", path) }
            written += count
        }
    }
}
