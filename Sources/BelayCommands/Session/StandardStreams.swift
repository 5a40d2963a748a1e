import Glibc
import RunReport

/// Standard output and error; what cannot be written is let go, so that nobody's terminal can stop a run.
struct StandardStreams: Sendable {
    /// Whether more than ASCII can be shown.
    let isUnicode: Bool
    let outputIsTerminal: Bool
    let errorIsTerminal: Bool
    let inputIsTerminal: Bool
    private let isColourful: Bool

    /// `isDetached`: whatever they are now, they will be no terminal.
    init(environment: [String: String], noColour: Bool, isDetached: Bool = false) {
        isUnicode = Self.isUnicode(environment)
        outputIsTerminal = !isDetached && isatty(1) == 1
        errorIsTerminal = !isDetached && isatty(2) == 1
        inputIsTerminal = !isDetached && isatty(0) == 1
        let wish = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColourful = !noColour && !wish && environment["TERM"] != "dumb"
    }

    /// The locale decides, by the variables that setlocale(3) looks at; a dumb terminal shows ASCII.
    private static func isUnicode(_ environment: [String: String]) -> Bool {
        guard environment["TERM"] != "dumb" else { return false }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    var outputStyle: TextStyle {
        TextStyle(
            isColoured: outputIsTerminal && isColourful, width: outputIsTerminal ? Self.width : nil, isASCII: !isUnicode
        )
    }
    var errorStyle: TextStyle { TextStyle(isColoured: errorIsTerminal && isColourful, isASCII: !isUnicode) }

    /// Columns of the terminal.
    static var width: Int { size.columns }

    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes text for people.
    func print(_ text: String) { write(text, to: 1) }
    func printError(_ text: String) { write(text, to: 2) }

    /// Writes JSON, which is UTF-8 whatever the locale.
    func printJSON(_ text: String) { Self.writeAll(text, to: 1) }
    func printErrorJSON(_ text: String) { Self.writeAll(text, to: 2) }

    /// Writes what programs printed, as it is.
    func printBytes(_ bytes: [UInt8]) { bytes.withUnsafeBytes { Self.writeAll($0, to: 1) } }

    private func write(_ text: String, to descriptor: Int32) {
        Self.writeAll(isUnicode ? text : PlainText.ascii(text), to: descriptor)
    }

    private static func writeAll(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && (errno == EINTR || errno == EAGAIN) {
                if errno == EAGAIN { waitUntilWritable(descriptor) }
                continue
            }
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    private static func waitUntilWritable(_ descriptor: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, 100)
    }

    /// Opens /dev/null in place of closed standard streams, whose numbers would else go to the journal's files; and lets
    /// writes to a closed pipe fail instead of ending the process.
    static func makeSafe() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            let opened = open("/dev/null", O_RDWR)
            if opened >= 0, opened != descriptor { dup2(opened, descriptor) }
            if opened > 2 { close(opened) }
        }
    }
}
