import Expressions
import Glibc
import RunEngine
import RunHost
import Testing

/// Backups and restores of what is in a `ProtectionHarness`, performed in this process.
struct ArchiveHarness {
    /// In memory, where syncing costs nothing.
    let files = ProtectionHarness(in: "/dev/shm")
    var now: Int64 = 1_700_000_000_000

    var archive: String { files["archives/app.tar.gz"] }

    /// The result of an operation, or what it said.
    func perform(_ operation: String, _ order: Value) -> Value {
        let host = ArchiveHost(
            now: now, executable: "belay", runChild: ProtectionHarness.run, crashPoint: { _ in })
        return ArchiveChild.perform(operation, order.jsonBytes(), host).result
    }

    func texts(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }

    func backup(
        to: String? = nil, include: [String]? = nil, token: String = "t1", _ more: ValueMap = [:]
    ) -> Value {
        var order: ValueMap = [
            "to": .string(to ?? archive), "token": .string(token), "series": "app.tar.gz",
            "include": texts(include ?? [files["home"]]),
        ]
        for entry in more { if let key = entry.key.asString { order[key] = entry.value } }
        return perform("backup", .map(order))
    }

    func restore(from: String? = nil, _ more: ValueMap = [:]) -> Value {
        var order: ValueMap = [
            "from": .string(from ?? archive), "token": "r1", "state": .string(files["state/restore"]),
        ]
        for entry in more { if let key = entry.key.asString { order[key] = entry.value } }
        return perform("restore", .map(order))
    }

    func undoRestore() -> Value {
        perform("unrestore", ["token": "r1", "state": .string(files["state/restore"])])
    }

    func verify(_ path: String? = nil, _ demand: String = "manifest") -> Value {
        perform("verify", ["from": .string(path ?? archive), "verify": .string(demand)])
    }
}

/// A tar archive made by hand, with whatever its headers should claim.
struct TarBytes {
    private(set) var bytes: [UInt8] = []

    /// `type` as in ustar(5): `0` a file, `1` a hard link, `2` a symbolic link, `3` and `4` devices, `5` a directory.
    mutating func add(_ name: String, type: Character = "0", link: String = "", content: String = "", size: Int? = nil)
    {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(name, at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(Int(getuid()), 7), at: 108)
        put(octal(Int(getgid()), 7), at: 116)
        put(octal(size ?? content.utf8.count, 11), at: 124)
        put(octal(1_700_000_000, 11), at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
        header[154] = 0
        bytes += header + Array(content.utf8)
        bytes += [UInt8](repeating: 0, count: (512 - content.utf8.count % 512) % 512)
    }

    func write(to path: String) throws {
        try HostFiles.makeDirectories(HostFiles.parent(of: path))
        try HostFiles.writeAtomically(bytes + [UInt8](repeating: 0, count: 1_024), to: path)
    }
}
