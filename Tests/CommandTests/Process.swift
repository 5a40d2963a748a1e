import Glibc
import Testing

/// A started program, with its output in files.
final class Process {
    let pid: pid_t
    private let outputPath: String
    private let errorPath: String
    private var status: Int32?

    init(_ words: [String], outputs directory: String) {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        outputPath = "\(directory)/\(name).out"
        errorPath = "\(directory)/\(name).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pid: pid_t = 0
        self.pid = posix_spawn(&pid, words[0], &actions, nil, &pointers, environ) == 0 ? pid : -1
    }

    /// What it has printed so far.
    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorPath) }

    func signal(_ signal: Int32) { kill(pid, signal) }

    /// Waits for its end, at most a minute.
    func wait() -> BelayHome.Result {
        let end = ContinuousClock.now + .seconds(60)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > end {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                Issue.record("it did not end within a minute; it printed: \(output)\(errors)")
                break
            }
            poll(nil, 0, 2)
        }
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        return BelayHome.Result(exit: code, output: output, errors: errors)
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}

/// Output with everything masked that differs from run to run: times, lengths and the test's directory.
func masked(_ text: String, _ home: BelayHome) -> String {
    var text = text
    while let range = text.firstRange(of: home.path) { text.replaceSubrange(range, with: "HOME") }
    let words = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.split(separator: " ", omittingEmptySubsequences: false).map { maskedWord(String($0)) }.joined(
            separator: " ")
    }
    return words.joined(separator: "\n")
}

private func maskedWord(_ word: String) -> String {
    let digits = word.map { $0.isNumber ? "0" : $0 }
    if String(digits) == "00:00:00" { return "TIME" }
    if String(digits) == "0000-00-00" { return "DATE" }
    let isLength = word.first?.isNumber == true && word.allSatisfy { $0.isNumber || "dhms.".contains($0) }
    return isLength && word.contains { $0.isLetter } ? "LENGTH" : word
}
