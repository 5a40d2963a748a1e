import Expressions
import Glibc
import RunHost
import RunPlan
import RunbookModel

/// Finds the values of a run's secrets where the runbooks say; they are kept in memory only.
struct SecretResolver {
    let environment: [String: String]
    let ask: (@Sendable (_ prompt: String, _ isSecret: Bool) -> String?)?
    /// Evaluates the template of a path or argument.
    let text: (Int, Template) throws -> String
    let workingDirectory: (Int) -> String

    /// All secrets of all scopes that can be had, and what is missing.
    func resolve(_ graph: Graph) -> (scopes: [[(name: String, value: String)]], missing: [String]) {
        var missing: [String] = []
        let scopes = graph.scopes.enumerated().map { index, scope in
            scope.runbook.secrets.compactMap { secret -> (name: String, value: String)? in
                do { return (secret.name, try value(of: secret, index)) } catch {
                    missing.append("secret '\(secret.name)': \(error)")
                    return nil
                }
            }
        }
        return (scopes, missing)
    }

    private func value(of secret: SecretDeclaration, _ scope: Int) throws -> String {
        switch secret.source {
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw PreparationProblem("the environment variable \(name) is not set")
            }
            return value
        case .file(let template):
            return try content(of: Workspace.absolute(try text(scope, template), workingDirectory(scope)))
        case .credential(let name):
            guard let directory = environment["CREDENTIALS_DIRECTORY"] else {
                throw PreparationProblem("systemd gave no credentials ($CREDENTIALS_DIRECTORY is not set)")
            }
            return try content(of: "\(directory)/\(name)")
        case .command(let words): return try output(of: try words.map { try text(scope, $0) })
        case .prompt(let prompt):
            guard let value = ask?(prompt, true) else {
                throw PreparationProblem("it is asked for on a terminal, and there is none")
            }
            return value
        }
    }

    private func content(of path: String) throws -> String {
        trimmed(String(decoding: try HostFiles.read(path, limit: 1 << 20), as: UTF8.self))
    }

    /// The first line of a program's output; it runs before any thread of the engine exists.
    private func output(of words: [String]) throws -> String {
        let result = try ShortCommand.run(words, environment: environment)
        guard result.status == 0 else {
            throw PreparationProblem("'\(words.first ?? "")' ended with status \(result.status)")
        }
        return trimmed(String(decoding: result.output, as: UTF8.self))
    }

    private func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.last == "\n" || text.last == "\r" || text.last == "\r\n" { text.removeLast() }
        return String(text)
    }
}
