import Diagnostics
import RunEngine
import RunHost
import RunMachine
import RunReport
import RunbookModel

/// The tree of steps on a terminal, drawn again and again over itself.
///
/// It changes no mode of the terminal and hides no cursor, so that nothing needs to be restored however the process ends.
struct LiveView {
    /// Milliseconds between two frames.
    static let period: Int64 = 150

    private let streams: StandardStreams
    private var run: RunContext?
    /// Columns of the lines that stand there.
    private var drawn: [Int] = []
    private var lastFrame = ""

    init(_ streams: StandardStreams) { self.streams = streams }

    mutating func follow(_ run: RunContext) { self.run = run }

    /// Draws the present state where it differs from what stands there.
    mutating func redraw() {
        guard let run else { return }
        let size = StandardStreams.size
        let frame = LiveFrame(run, now: HostClock.live.wallTime() / 1_000_000, style: streams.outputStyle)
        let lines = frame.lines(rows: size.rows - 1, columns: size.columns)
        let text = lines.map { $0 + "\u{1B}[K\n" }.joined()
        guard text != lastFrame else { return }
        streams.print(erasure + text)
        drawn = lines.map(TextStyle.columns)
        lastFrame = text
    }

    /// Takes the frame away, so that something else can be written.
    mutating func clear() {
        guard !drawn.isEmpty else { return }
        streams.print(erasure)
        drawn = []
        lastFrame = ""
    }

    /// Leaves the whole tree in the scrollback and follows no longer.
    mutating func settle() {
        guard let run else { return }
        clear()
        let frame = LiveFrame(run, now: HostClock.live.wallTime() / 1_000_000, style: streams.outputStyle)
        streams.print(frame.wholeTree().map { $0 + "\n" }.joined())
        self.run = nil
    }

    /// To the first line of the frame, and everything below it away; a terminal made narrower has broken the lines.
    private var erasure: String {
        let width = max(1, StandardStreams.width)
        let rows = drawn.reduce(0) { $0 + max(1, ($1 + width - 1) / width) }
        return rows == 0 ? "" : "\u{1B}[\(rows)A\r\u{1B}[J"
    }
}

/// One picture of a run that is driven.
private struct LiveFrame {
    private let view: LiveRunView
    private let style: TextStyle

    init(_ run: RunContext, now: Int64, style: TextStyle) {
        let machine = run.withMachine { $0 }
        let outputs = Dictionary(
            machine.inFlight.map { intent in
                (intent.step.text, Self.lastLine(run.attemptDirectory(intent.step, intent.number)))
            }, uniquingKeysWith: { first, _ in first })
        view = LiveRunView(
            run: run.id, runbook: run.plan.runbook, startedAt: run.pinned.startedAt, machine,
            lastLines: outputs.compactMapValues { $0 }, now: now)
        self.style = style
    }

    func lines(rows: Int, columns: Int) -> [String] { view.frame(rows: rows, columns: columns, style) }
    func wholeTree() -> [String] { view.tree(style) }

    /// The last line that an attempt has printed.
    private static func lastLine(_ directory: String) -> String? {
        for name in ["stdout", "stderr"] {
            let bytes = HostFiles.tail(of: "\(directory)/\(name)", limit: 2_048)
            let text = String(decoding: bytes, as: UTF8.self)
            if let line = text.split(whereSeparator: \.isNewline).last(where: { !$0.allSatisfy(\.isWhitespace) }) {
                return String(line)
            }
        }
        return nil
    }
}
