import Glibc

/// A system call that failed.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was attempted, such as `open /var/lib/belay`.
    package let operation: String
    package let errno: Int32

    package init(_ operation: String, errno: Int32) {
        self.operation = operation
        self.errno = errno
    }

    /// Takes the calling thread's `errno`, which must not have been touched since the call.
    package static func last(_ operation: String) -> SystemError {
        SystemError(operation, errno: Glibc.errno)
    }

    package var description: String { "\(operation): \(Self.text(of: errno))" }

    /// The words of strerror(3) for an errno.
    package static func text(of errno: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(errno, &buffer, buffer.count) == 0 else { return "error \(errno)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
