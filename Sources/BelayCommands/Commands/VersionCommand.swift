import RunEngine

/// `belay version`.
struct VersionCommand: Command {
    static let declaration = CommandDeclaration("version", "the version of Belay")

    init(_ words: ParsedWords) {}

    func perform(_ session: Session) -> Int32 {
        session.show(View(version: 1, belay: BelayVersion.current)) { _ in "belay \(BelayVersion.current)\n" }
        return 0
    }

    private struct View: Encodable {
        let version: Int
        let belay: String
    }
}
