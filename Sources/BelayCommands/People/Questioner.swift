import Diagnostics
import Glibc
import RunHost
import RunReport

/// Puts questions to the person at the terminal, a line each.
struct Questioner {
    let session: Session
    /// Whether asking makes no sense any more; asked several times a second.
    var isOver: () -> Bool = { false }

    var style: TextStyle {
        TextStyle(isColoured: session.streams.errorStyle.isColoured, width: StandardStreams.width)
    }

    func say(_ text: String) { session.streams.printError(text + "\n") }

    /// What is wrong with what was typed.
    func complain(_ text: String) {
        for line in text.split(separator: "\n") { say(style.paint(DisplayText.escaped(String(line)), .red)) }
    }

    /// The answer without blanks around it; nil at the end of input, or where it is over.
    func line(_ question: String) -> String? {
        session.streams.printError(question)
        guard let line = TerminalPrompt(session.streams).line(until: isOver) else {
            session.streams.printError("\n")
            return nil
        }
        return line.trimmingBlanks
    }

    /// A line that is not empty.
    func text(_ question: String, else complaint: String) -> String? {
        while let line = line(question) {
            if !line.isEmpty { return line }
            complain(complaint)
        }
        return nil
    }

    /// One of several words, by its letter in brackets or in full: `[d]one  [q]uit`.
    func choose(_ options: [String], after question: String = "") -> String? {
        let words = options.map(\.unmarked)
        let letters = options.map { option in option.drop { $0 != "[" }.dropFirst().first.map(String.init) ?? "" }
        while let line = line(question + style.paint(options.joined(separator: "  "), .bold) + " > ")?.lowercased() {
            if let index = words.firstIndex(of: line) ?? letters.firstIndex(of: line) { return words[index] }
            if !line.isEmpty { complain(Wording.noSuchChoice(line)) }
        }
        return nil
    }

    /// Yes or no; Enter alone is neither.
    func confirm(_ question: String) -> Bool? {
        while let line = line(question + " [y/n] ")?.lowercased() {
            if line == "y" || line == "yes" { return true }
            if line == "n" || line == "no" { return false }
        }
        return nil
    }

    /// Files as evidence, and text instead; nil where nobody answers.
    func evidence(isRequired: Bool) -> (files: [String], text: String?)? {
        var files: [String] = []
        let first = isRequired ? Wording.evidenceFileRequired : Wording.evidenceFile
        while let file = file(files.isEmpty ? first : Wording.anotherFile) {
            if let file {
                files.append(file)
                continue
            }
            guard files.isEmpty, isRequired else { return (files, nil) }
            return text(Wording.evidenceText, else: Wording.evidenceNeeded).map { ([], $0) }
        }
        return nil
    }

    /// A file that is there; an inner nil for an empty line, an outer one where nobody answers.
    func file(_ question: String) -> String?? {
        while let typed = line(question) {
            if typed.isEmpty { return .some(nil) }
            let path = path(typed)
            guard let problem = HostFiles.unreadable(path) else { return path }
            complain(problem)
        }
        return nil
    }

    /// As a shell reads it.
    private func path(_ text: String) -> String {
        guard text.hasPrefix("~/"), let home = session.environment["HOME"] else { return text }
        return home + text.dropFirst()
    }
}

extension HostFiles {
    /// Why a file cannot be kept as evidence; nil where it can.
    fileprivate static func unreadable(_ path: String) -> String? {
        guard let status = try? status(of: path) else { return Wording.unreadable(path, SystemError.text(of: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { return Wording.noFile(path) }
        return access(path, R_OK) == 0 ? nil : Wording.unreadable(path, SystemError.text(of: errno))
    }
}

extension String {
    /// A choice without the brackets around its letter.
    var unmarked: String { filter { $0 != "[" && $0 != "]" } }

    /// Without blanks at both ends.
    var trimmingBlanks: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

extension Wording {
    static let evidenceFile = "evidence, a file (empty: none): "
    static let evidenceFileRequired = "evidence, a file (empty: in words): "
    static let anotherFile = "another file (empty: no more): "
    static let evidenceText = "evidence, in words: "
    static let evidenceNeeded = "evidence is required here"
    static func noFile(_ path: String) -> String { "'\(path)' is no regular file" }
}
