import Glibc

extension HostFiles {
    /// Removes a directory of Belay's own with everything in it; follows no link.
    package static func removeTree(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { try removeTree(path + "/" + name) }
            guard rmdir(path) == 0 else { throw SystemError.last("remove \(path)") }
        } else {
            guard unlink(path) == 0 else { throw SystemError.last("remove \(path)") }
        }
    }
}
