import Glibc
import RunbookModel

/// What is executed for a `run` or `command`, action or check alike.
package struct ProcessLaunch: Sendable, Equatable {
    /// Program and arguments.
    package var arguments: [String]
    /// A script too long for an argument list: to be written before the start.
    package var script: ScriptFile?

    package struct ScriptFile: Sendable, Equatable {
        package let path: String
        package let text: String
    }

    /// How scripts are found and run.
    package struct Settings: Sendable {
        /// The program and options that take `-c SCRIPT` or a file.
        package var shell: [String]
        /// Where script files lie, by their paths in the runbook.
        package var scripts: String
        /// Where a long script may be written.
        package var scratch: String?
        package var isExecutable: @Sendable (String) -> Bool = { access($0, X_OK) == 0 }

        package init(shell: [String], scripts: String, scratch: String?) {
            self.shell = shell
            self.scripts = scripts
            self.scratch = scratch
        }
    }

    /// Lowers the resolved argument of a `run` or `command`. Pure but for `isExecutable`.
    ///
    /// A script is passed as an argument (`bash -euo pipefail -c SCRIPT run`); Linux bounds one argument to 128 KiB
    /// (execve(2)), so longer ones go through a file. A pinned file is executed itself where it is executable.
    package static func from(
        kind: String, argument: Argument, settings: Settings
    ) throws(ArgumentProblem) -> ProcessLaunch {
        if kind == "command" {
            return ProcessLaunch(arguments: try program(argument["argv"] ?? argument))
        }
        if let file = argument["file"]?.value?.asString {
            return try scriptFile(file, arguments: argument["args"], settings)
        }
        guard let script = argument.value?.asString else { throw ArgumentProblem("expected a script") }
        return try inline(script, settings)
    }

    private static let longestInline = 100_000

    private static func program(_ argument: Argument) throws(ArgumentProblem) -> [String] {
        let words = try texts(argument)
        guard let program = words.first, !program.isEmpty else { throw ArgumentProblem("the command is empty") }
        return words
    }

    private static func scriptFile(
        _ file: String, arguments: Argument?, _ settings: Settings
    ) throws(ArgumentProblem) -> ProcessLaunch {
        let path = file.hasPrefix("/") ? file : settings.scripts + "/" + file
        let words = try arguments.map { a throws(ArgumentProblem) in try texts(a) } ?? []
        return ProcessLaunch(arguments: (settings.isExecutable(path) ? [] : settings.shell) + [path] + words)
    }

    private static func inline(_ script: String, _ settings: Settings) throws(ArgumentProblem) -> ProcessLaunch {
        guard script.utf8.count > longestInline else {
            return ProcessLaunch(arguments: settings.shell + ["-c", script, "run"])
        }
        guard let scratch = settings.scratch else {
            throw ArgumentProblem("the script is longer than \(longestInline) bytes; put it into a file")
        }
        let path = scratch + "/script"
        return ProcessLaunch(
            arguments: settings.shell + [path], script: ScriptFile(path: path, text: script))
    }

    private static func texts(_ argument: Argument) throws(ArgumentProblem) -> [String] {
        guard let values = argument.value?.asList else { throw ArgumentProblem("expected a list of arguments") }
        var words: [String] = []
        for value in values {
            guard let word = value.asString else {
                throw ArgumentProblem("expected text, found \(value.kindForPeople)")
            }
            guard !word.utf8.contains(0) else { throw ArgumentProblem("an argument contains a NUL character") }
            words.append(word)
        }
        return words
    }
}

extension ProcessLaunch {
    /// The shell for steps that name none: bash, or sh where the search path has no bash.
    package static func standardShell(
        path: String, isExecutable: (String) -> Bool = { access($0, X_OK) == 0 }
    ) -> [String] {
        let hasBash = path.split(separator: ":").contains { isExecutable($0 + "/bash") }
        return hasBash ? ["bash", "-euo", "pipefail"] : ["sh", "-eu"]
    }
}
