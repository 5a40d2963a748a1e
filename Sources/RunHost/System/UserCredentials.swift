import Glibc

/// A user as the kernel sees one, with the names it came from.
package struct UserCredentials: Sendable, Equatable, Codable {
    package var name: String
    package var uid: UInt32
    package var gid: UInt32
    /// Primary and supplementary.
    package var groups: [UInt32]
    package var home: String
    package var shell: String

    package init(name: String, uid: UInt32, gid: UInt32, groups: [UInt32], home: String, shell: String) {
        self.name = name
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.home = home
        self.shell = shell
    }

    /// Looks a user up by name; nil where there is none.
    package static func named(_ name: String) throws -> UserCredentials? {
        try lookUp { getpwnam_r(name, $0, $1, $2, $3) }
    }

    /// Looks a user up by number; nil where there is none.
    package static func numbered(_ uid: UInt32) throws -> UserCredentials? {
        try lookUp { getpwuid_r(uid, $0, $1, $2, $3) }
    }

    private typealias Entry = UnsafeMutablePointer<passwd>

    private static func lookUp(
        _ find: (Entry, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<Entry?>) -> Int32
    ) throws -> UserCredentials? {
        var size = 1024
        while true {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            var entry = passwd()
            var found: Entry?
            let error = find(&entry, buffer, size, &found)
            if error == ERANGE && size < 1 << 20 {
                size *= 2
                continue
            }
            // These are also said where there simply is no such user: see getpwnam(3).
            if found == nil && [0, ENOENT, ESRCH, EBADF, EPERM].contains(error) { return nil }
            guard let found else { throw SystemError("look up the user", errno: error) }
            return UserCredentials(found.pointee)
        }
    }

    private init(_ entry: passwd) {
        self.init(
            name: String(cString: entry.pw_name), uid: entry.pw_uid, gid: entry.pw_gid,
            groups: Self.groups(of: entry.pw_name, gid: entry.pw_gid), home: String(cString: entry.pw_dir),
            shell: String(cString: entry.pw_shell))
    }

    private static func groups(of name: UnsafePointer<CChar>, gid: UInt32) -> [UInt32] {
        var count: Int32 = 32
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let room = count
            if getgrouplist(name, gid, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            if count <= room { count = room * 2 }
        }
    }

    /// The names of its groups; one without a name by its number.
    package var groupNames: [String] {
        groups.map { group in
            var size = 1024
            while size < 1 << 20 {
                var buffer = [CChar](repeating: 0, count: size)
                var entry = Glibc.group()
                var found: UnsafeMutablePointer<Glibc.group>?
                let error = getgrgid_r(group, &entry, &buffer, buffer.count, &found)
                if error == ERANGE {
                    size *= 2
                    continue
                }
                return found.map { String(cString: $0.pointee.gr_name) } ?? String(group)
            }
            return String(group)
        }
    }
}
