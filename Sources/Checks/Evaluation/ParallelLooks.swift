import Glibc
import RunHost
import RunbookModel
import Synchronization

/// Runs closures on threads of their own, some at a time, and stops waiting for those that take too long.
///
/// A look at a dead network mount may never return: its thread is left behind, and the caller goes on.
package final class ParallelLooks<Output: Sendable>: Sendable {
    package struct Job: Sendable {
        /// Milliseconds; nil waits for ever.
        package let limit: Int64?
        package let body: @Sendable () -> Output

        package init(limit: Int64?, body: @escaping @Sendable () -> Output) {
            self.limit = limit
            self.body = body
        }
    }

    private struct State {
        var outputs: [Output?]
        var began: [ContinuousClock.Instant?]
        var next = 0
        var running = 0
    }

    private let jobs: [Job]
    private let state: Mutex<State>
    private let signal: Pipe

    /// Nil where there are no descriptors left to wait with.
    package init?(_ jobs: [Job]) {
        guard let signal = Pipe() else { return nil }
        self.signal = signal
        self.jobs = jobs
        state = Mutex(State(outputs: jobs.map { _ in nil }, began: jobs.map { _ in nil }))
    }

    /// The outputs in the order of the jobs; nil for those that did not come in time.
    package func run(atOnce width: Int) -> [Output?] {
        while true {
            startDue(width)
            guard let wait = millisecondsToWait() else { return state.withLock { $0.outputs } }
            signal.wait(wait)
        }
    }

    private func startDue(_ width: Int) {
        while let index = state.withLock({ claim(&$0, width) }) {
            let job = jobs[index]
            do {
                // Enough stack for deeply nested expressions.
                try WorkerThread.start(name: "check", stack: 2 << 20) { self.finish(index, job.body()) }
            } catch {
                finish(index, job.body())
            }
        }
    }

    private func claim(_ state: inout State, _ width: Int) -> Int? {
        guard state.next < jobs.count, state.running < width else { return nil }
        state.running += 1
        state.began[state.next] = .now
        state.next += 1
        return state.next - 1
    }

    private func finish(_ index: Int, _ output: Output) {
        state.withLock {
            // One that was given up has given its place back already.
            guard $0.began[index] != nil else { return }
            $0.outputs[index] = output
            $0.began[index] = nil
            $0.running -= 1
        }
        signal.notify()
    }

    /// How long until a job may have to be given up, which those that are due are; nil when nothing is outstanding.
    private func millisecondsToWait() -> Int64? {
        state.withLock { state in
            var shortest = Int64(60_000)
            for (index, began) in state.began.enumerated() {
                guard let began, let limit = jobs[index].limit else { continue }
                let left = limit - began.duration(to: .now).inMilliseconds
                if left > 0 {
                    shortest = min(shortest, left)
                } else {
                    state.began[index] = nil
                    state.running -= 1
                    shortest = 0
                }
            }
            return state.running == 0 && state.next == jobs.count ? nil : shortest
        }
    }
}

/// A pipe that carries only "something happened".
private final class Pipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        reading = ends[0]
        writing = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    func notify() { _ = write(writing, "!", 1) }

    func wait(_ milliseconds: Int64) {
        var watched = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        guard poll(&watched, 1, Int32(clamping: milliseconds)) > 0 else { return }
        var drain = [UInt8](repeating: 0, count: 64)
        _ = read(reading, &drain, drain.count)
    }
}
