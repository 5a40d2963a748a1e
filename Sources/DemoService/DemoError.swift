/// Why a process of this program ended, as `demo-service --help` documents it.
enum ExitCode: Int32 {
    case done = 0
    case failed = 1
    case notRunning = 3
    case alreadyRunning = 4
    case incompatible = 5
    case usage = 64
}

/// A failure with the text that a person reads and the code that the process exits with.
struct DemoError: Error {
    let message: String
    let code: ExitCode

    init(_ message: String, code: ExitCode = .failed) {
        self.message = message
        self.code = code
    }
}
