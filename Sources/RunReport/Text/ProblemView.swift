import Diagnostics

/// Why a command could not do what it was asked.
package struct ProblemView: Encodable, Sendable {
    package struct Problem: Encodable, Sendable {
        package let message: String
        package let help: String?
        package init(_ message: String, help: String? = nil) {
            self.message = message
            self.help = help
        }
    }

    package let version = 1
    package let exit: Int32
    package let errors: [Problem]
    package init(exit: Int32, _ errors: [Problem]) {
        self.exit = exit
        self.errors = errors
    }

    /// `error: …` and `help: …`, lines after the first indented below it.
    package func text(_ style: TextStyle) -> String {
        errors.map { problem in
            let error = "\(style.paint("error", .red)): \(Self.indented(problem.message, 7))\n"
            guard let help = problem.help else { return error }
            return error + " \(style.paint("help", .cyan)): \(Self.indented(help, 7))\n"
        }.joined()
    }

    private static func indented(_ text: String, _ margin: Int) -> String {
        text.split(separator: "\n").map { DisplayText.escaped(String($0)) }
            .joined(separator: "\n" + String(repeating: " ", count: margin))
    }
}
