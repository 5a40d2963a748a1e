import Glibc
import RunHost

/// A directory that is there for a moment: for pinned scripts that are looked at before there is a run.
struct ScratchDirectory {
    let path: String

    init(environment: [String: String]) throws {
        var template = Array("\(environment["TMPDIR"] ?? "/tmp")/belay-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("create a temporary directory") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes it with everything in it; links are not followed.
    func remove() { Self.remove(path) }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in HostFiles.names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
