import Glibc
import Synchronization

/// The zones read so far, so that each file is read once.
final class TimeZoneCache: Sendable {
    private let zones = Mutex<[String: TimeZoneFile]>([:])

    /// The rules of a named zone; nil where there is no such file.
    func zone(_ name: String) -> TimeZoneFile? {
        if let known = zones.withLock({ $0[name] }) { return known }
        guard Self.isName(name), let bytes = Self.read("/usr/share/zoneinfo/" + name),
            let file = TimeZoneFile(bytes)
        else { return nil }
        zones.withLock { $0[name] = file }
        return file
    }

    /// Parts of letters, digits and a few marks; nothing that could lead out of the directory.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name.utf8.count <= 64
            && parts.allSatisfy { part in
                part.utf8.first?.isLetter == true
                    && part.utf8.allSatisfy { $0.isIdentifierPart || $0 == Ascii.minus || $0 == Ascii.plus }
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&buffer, 1, buffer.count, file)
        return Array(buffer.prefix(count))
    }
}
