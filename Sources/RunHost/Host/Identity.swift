import Glibc

/// Who is acting, as far as the system knows.
package struct Identity: Sendable, Equatable, Codable {
    package var uid: UInt32
    package var userName: String
    /// Who logged in, which survives sudo; nil where no login is recorded.
    package var loginUID: UInt32?
    package var loginName: String?
    package var host: String

    package init(uid: UInt32, userName: String, loginUID: UInt32?, loginName: String?, host: String) {
        self.uid = uid
        self.userName = userName
        self.loginUID = loginUID
        self.loginName = loginName
        self.host = host
    }

    /// Of this process; a user without a name is called by number.
    package static func current() -> Identity {
        let uid = getuid()
        let login = HostFiles.firstLine(of: "/proc/self/loginuid").flatMap(UInt32.init)
            .flatMap { $0 == UInt32.max ? nil : $0 }
        return Identity(
            uid: uid, userName: name(of: uid), loginUID: login, loginName: login.map(name), host: hostName())
    }

    /// Whom an approval or a decision is attributed to.
    package var actor: String { loginName ?? userName }

    private static func name(of uid: UInt32) -> String {
        (try? UserCredentials.numbered(uid))?.name ?? String(uid)
    }

    /// The name of this host.
    package static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 257)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
