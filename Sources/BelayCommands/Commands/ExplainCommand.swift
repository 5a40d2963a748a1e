import Diagnostics

/// `belay explain`.
struct ExplainCommand: Command {
    static let declaration = CommandDeclaration(
        "explain", "what a diagnostic means and what to do about it",
        [ArgumentDeclaration("CODE", .optional, "such as R203; all codes by default")])

    private let code: DiagnosticCode?

    init(_ words: ParsedWords) throws(UsageProblem) {
        guard let id = words.argument(0) else {
            code = nil
            return
        }
        guard let code = DiagnosticCode.find(id) else {
            let near =
                nearest(to: id.uppercased(), in: DiagnosticCode.all.map(\.id)).map { "did you mean \($0)? " } ?? ""
            throw UsageProblem(Wording.unknownCode(id), help: near + Wording.codesHelp)
        }
        self.code = code
    }

    func perform(_ session: Session) -> Int32 {
        if let code {
            session.show(Page(code)) { _ in code.page }
        } else {
            session.show(List(codes: DiagnosticCode.all.map(Page.init))) { _ in
                DiagnosticCode.all.map { "\($0.id)  \($0.title)\n" }.joined()
            }
        }
        return 0
    }

    private struct List: Encodable {
        let version = 1
        let codes: [Page]
    }

    private struct Page: Encodable {
        let version = 1
        let code: String
        let title: String
        let explanation: String
        let wrong: String
        let right: String

        init(_ code: DiagnosticCode) {
            self.code = code.id
            title = code.title
            explanation = code.explanation
            wrong = code.wrong
            right = code.right
        }
    }
}
