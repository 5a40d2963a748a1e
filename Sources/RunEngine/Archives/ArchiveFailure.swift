import RunHost

/// Why an archive could not be made, trusted or restored, in words for a person.
struct ArchiveFailure: Error {
    /// What is wrong and why; lower case, no full stop.
    let message: String
    let help: String?

    init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    /// Any error of this work, as one of these.
    init(_ error: any Error) {
        switch error {
        case let failure as ArchiveFailure: self = failure
        case let failure as ProtectionFailure: self.init(failure.message, help: failure.help)
        default: self.init("\(error)")
        }
    }
}
