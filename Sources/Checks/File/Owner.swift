import Glibc
import RunHost
import RunbookModel

/// Users and groups by name or number.
package enum Owner {
    /// Errors: there is no such user.
    package static func user(_ name: String) throws -> uid_t {
        if let user = try UserCredentials.named(name) { return user.uid }
        guard let number = uid_t(name) else { throw ArgumentProblem("there is no user '\(name)'") }
        return number
    }

    /// Errors: there is no such group.
    package static func group(_ name: String) throws -> gid_t {
        if let found = lookUp({ getgrnam_r(name, $0, $1, $2, $3) }, \.gr_gid) { return found }
        guard let number = gid_t(name) else { throw ArgumentProblem("there is no group '\(name)'") }
        return number
    }

    /// The name of a user; the number where there is none.
    package static func name(_ user: uid_t) -> String { (try? UserCredentials.numbered(user))?.name ?? String(user) }

    /// The name of a group; the number where there is none.
    package static func groupName(_ group: gid_t) -> String {
        lookUp({ getgrgid_r(group, $0, $1, $2, $3) }, { String(cString: $0.gr_name) }) ?? String(group)
    }

    private typealias Entry = UnsafeMutablePointer<Glibc.group>

    private static func lookUp<Found>(
        _ find: (Entry, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<Entry?>) -> Int32,
        _ take: (Glibc.group) -> Found
    ) -> Found? {
        var entry = Glibc.group()
        var found: Entry?
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: 65_536)
        defer { buffer.deallocate() }
        guard find(&entry, buffer, 65_536, &found) == 0, let found else { return nil }
        return take(found.pointee)
    }
}
