import Glibc
import RunHost
import RunJournal
import RunMachine
import RunbookModel

extension RunService {
    /// Has a process of its own tell people of open prompts, where that is due; never waits and never fails.
    ///
    /// Costs one indexed query where nothing is due. For every command that has the journal open.
    package func remindDue(executable: String? = nil, at wall: Int64 = HostClock.live.wallTime() / 1_000_000) {
        guard let due = try? journal.dueNotices(at: wall), !due.isEmpty,
            case let program = executable ?? EngineHost.executablePath(), program.hasPrefix("/")
        else { return }
        NoticeChild.spawn(program, state: workspace.state.path)
    }

    /// Sends what is due, each notice once over all processes, and notes it in the runs. Gives how many.
    ///
    /// A process that dies between taking a notice and sending it has not told anybody; nobody is told twice.
    package func sendDueNotices(host: EngineHost, environment: [String: String]) throws(JournalFailure) -> Int {
        let sender = NoticeSender(service: self, host: host, environment: environment)
        var count = 0
        for notice in try journal.dueNotices(at: host.now.wall) {
            guard try journal.claimNotice(notice, at: host.now.wall), let open = open(notice) else { continue }
            let failures = sender.send(notice, open)
            let told = Notice(
                kind: notice.kind, attempt: notice.attempt, number: notice.number, to: notice.channels,
                failures: failures)
            try journal.tell(notice.run, notice.step, told, at: host.now.wall)
            count += 1
        }
        return count
    }

    private func open(_ notice: DueNotice) -> OpenPrompt? {
        let prompt = (try? journal.load(notice.run))?.steps[notice.step]?.openPrompt
        guard let prompt, prompt.attempt == notice.attempt else { return nil }
        return OpenPrompt(run: notice.run, step: notice.step, prompt: prompt)
    }
}

/// The process that tells people, so that no command waits for a channel: `belay __remind STATE`.
package enum NoticeChild {
    /// Sends what is due in a state directory. Gives the exit code.
    package static func main(_ words: [String], environment: [String: String]) -> Int32 {
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard let state = words.first, getcwd(&buffer, buffer.count) != nil else { return 64 }
        let directory = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            let server = try ForkServer.start()
            let workspace = try Workspace.discover(
                directory: directory, stateOption: state, environment: environment)
            let host = EngineHost.live(server, workspace.configuration)
            let service = try RunService.open(workspace, creates: false, actor: host.actor)
            _ = try service.sendDueNotices(host: host, environment: environment)
            return 0
        } catch { return 1 }
    }

    /// Starts it in a session of its own, deaf and mute; a thread waits for its end, where this process lasts so long.
    static func spawn(_ program: String, state: String) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for descriptor: Int32 in [1, 2] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK))
        let texts: [String] = [program, "__remind", state]
        let words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, program, &actions, &attributes, words, environ) == 0 else { return }
        let child = pid
        try? WorkerThread.start(name: "reminder") {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        }
    }

    /// POSIX_SPAWN_SETSID, which Glibc's module does not show: <spawn.h>.
    private static let newSession: Int16 = 0x80
}
