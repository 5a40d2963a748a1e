/// The right to drive a run: held by at most one process, for as long as it lives.
package final class DriverLock: Sendable {
    /// Who drives, as written into the file.
    package struct Holder: Sendable, Equatable, Codable {
        package let pid: Int32
        package let user: String
        /// Milliseconds since 1970.
        package let since: Int64
        package init(pid: Int32, user: String, since: Int64) {
            self.pid = pid
            self.user = user
            self.since = since
        }
    }
}
