import Glibc
import RunHost

/// A directory of one look for what it must write, made when first needed.
final class TemporaryDirectory {
    let path: String

    /// A new name under a directory that is there.
    init(under parent: String) {
        path = parent + "/look-\(getpid())-" + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    func write(_ script: ProcessLaunch.ScriptFile) throws {
        guard mkdir(path, 0o755) == 0 else { throw SystemError.last("create \(path)") }
        let descriptor = open(script.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
        guard descriptor >= 0 else { throw SystemError.last("create \(script.path)") }
        defer { close(descriptor) }
        try HostFiles.write(Array(script.text.utf8), to: descriptor, path: script.path)
    }

    func remove() {
        unlink(path + "/script")
        rmdir(path)
    }
}
