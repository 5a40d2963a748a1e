import Glibc
import RunHost
import RunJournal
import RunMachine
import RunReport
import RunbookModel

/// The tree of steps on a terminal, drawn again and again over itself.
struct LiveView {
    /// The least time between two frames, milliseconds.
    static let period: Int64 = 150

    private let streams: StandardStreams
    private var picture: RunPicture?
    private var usual: UsualTimes
    private var canvas = LiveCanvas()
    private var footer: [String] = []
    /// When the next frame may be drawn, nanoseconds since boot.
    private var nextFrame: Int64 = 0

    init(_ streams: StandardStreams, _ journal: (any Journal)?) {
        self.streams = streams
        usual = UsualTimes(journal)
    }

    /// From now on this run is drawn, and what is typed is not shown, which would break the lines.
    mutating func follow(_ picture: RunPicture) {
        if self.picture == nil { TerminalMode.takeKeys() }
        self.picture = picture
    }

    /// Sets the lines below the bar.
    mutating func setFooter(_ lines: [String]) {
        guard footer != lines else { return }
        footer = lines
        nextFrame = 0
    }

    /// Draws what differs from what stands there. A terminal that takes long gets fewer frames.
    mutating func redraw() {
        let start = HostClock.live.bootTime()
        guard let picture, start >= nextFrame, TerminalMode.isForeground else { return }
        let size = StandardStreams.size
        let lines = picture.view(&usual, now: Self.now).frame(
            rows: size.rows - 1, columns: size.columns, footer: footer, streams.outputStyle)
        let text = canvas.transition(to: lines, columns: size.columns, rows: size.rows)
        if !text.isEmpty { streams.print(text) }
        let took = HostClock.live.bootTime() - start
        nextFrame = start + max(100_000_000, took * 5)
    }

    /// Takes the frame away, so that something else can be written.
    mutating func clear() { streams.print(canvas.clearing(columns: StandardStreams.width)) }

    /// What stands there is somebody else's: the next frame stands below it.
    mutating func comeBack() {
        canvas.forget()
        TerminalMode.takeAgain()
    }

    /// Leaves the whole tree in the scrollback and follows no longer.
    mutating func settle() {
        guard let picture else { return }
        clear()
        let tree = picture.view(&usual, now: Self.now).tree(streams.outputStyle)
        streams.print(tree.map { $0 + "\n" }.joined())
        self.picture = nil
        TerminalMode.release()
    }

    private static var now: Int64 { HostClock.live.wallTime() / 1_000_000 }
}
