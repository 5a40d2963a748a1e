import Glibc

/// Runs programs to their end with their output in a file: a pipe would leak into children started beside it.
enum ChildProcess {
    struct Result {
        let code: Int32
        let output: String
    }

    /// The program that the package builds beside the test runner.
    static let service: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        return String(cString: dirname(&buffer)) + "/demo-service"
    }()

    static func spawn(_ arguments: [String], output: String, descriptors: [Int32: String] = [:]) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for (number, path) in descriptors {
            posix_spawn_file_actions_addopen(&actions, number, path, O_RDWR | O_CREAT, 0o600)
        }
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pid: pid_t = 0
        return posix_spawnp(&pid, arguments[0], &actions, nil, &pointers, environ) == 0 ? pid : -1
    }

    /// The exit code, or 128 and the signal as a shell counts.
    static func wait(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 { guard errno == EINTR else { return -1 } }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    @discardableResult
    static func run(_ arguments: [String], output: String, descriptors: [Int32: String] = [:]) -> Result {
        let pid = spawn(arguments, output: output, descriptors: descriptors)
        guard pid > 0 else { return Result(code: -1, output: "cannot run \(arguments[0])") }
        let code = wait(pid)
        var text = ""
        if let file = fopen(output, "re") {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            text = String(decoding: buffer[..<fread(&buffer, 1, buffer.count, file)], as: UTF8.self)
            fclose(file)
        }
        return Result(code: code, output: text)
    }
}
