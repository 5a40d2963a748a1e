import Glibc
import RunHost

/// Where filesystems are mounted, bind mounts included, as /proc/self/mountinfo says (proc(5)).
struct MountTable: Sendable {
    private let points: Set<[UInt8]>

    init() throws {
        let lines = try HostFiles.read("/proc/self/mountinfo").split(separator: UInt8(ascii: "\n"))
        points = Set(
            lines.compactMap { line in
                let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
                return fields.count > 4 ? Self.unescape(fields[4]) : nil
            })
    }

    /// Whether something is mounted at a path without links in it.
    func contains(_ path: [UInt8]) -> Bool { points.contains(path) }

    /// Blanks and backslashes stand there as `\` and three octal digits.
    private static func unescape(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let code = UInt8(Array(rest.prefix(3)).text, radix: 8) {
                result.append(code)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
