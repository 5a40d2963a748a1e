import RunHost

/// Why something could not be saved or restored, in words for a person.
package struct ProtectionFailure: Error, Hashable, Sendable {
    /// What is wrong and why; lower case, no full stop.
    package var message: String
    /// What it is about: a protected path, or a file of the snapshot.
    package var path: String
    /// What the person can do about it.
    package var help: String?

    package init(_ message: String, path: String, help: String? = nil) {
        self.message = message
        self.path = path
        self.help = help
    }

    /// Takes what a system call said.
    init(_ doing: String, path: String, errno: Int32, help: String? = nil) {
        self.init("\(doing) \(path): \(SystemError.text(of: errno))", path: path, help: help)
    }
}
