import CSupervisor
import Glibc

/// Threads for waits that block, which Swift's own pool of two must never do.
package enum WorkerThread {
    /// Runs `body` on a detached thread of its own with a small stack, or one of so many bytes.
    package static func start(name: String, stack: Int = 256 << 10, _ body: @escaping @Sendable () -> Void) throws {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stack)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let error = pthread_create(&thread, &attributes, runWork, work.toOpaque())
        guard error == 0 else {
            work.release()
            throw SystemError("start thread \(name)", errno: error)
        }
    }
}

private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
    belay_name_thread(String(work.name.prefix(15)))
    work.body()
    return nil
}
