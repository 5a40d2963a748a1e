import Diagnostics
import FoundationEssentials
import Testing

@Suite struct DiagnosticReportTests {
    @Test func theJSONHoldsWhatTheTextIsMadeFrom() throws {
        let file = SourceFile(name: "f.yml", text: "needs: [bakcup]\n")
        var bag = DiagnosticBag()
        bag.add(
            Diagnostic(
                .unknownStep, "unknown step", at: Span(file: file, range: 8..<14), help: "did you mean 'backup'?"))
        let report = DiagnosticReport(bag)
        #expect(
            report.json() == """
                {
                  "diagnostics" : [
                    {
                      "code" : "R203",
                      "help" : [
                        "did you mean 'backup'?"
                      ],
                      "locations" : [
                        {
                          "column" : 9,
                          "end_column" : 15,
                          "end_line" : 1,
                          "excerpt" : {
                            "column" : 1,
                            "is_cut" : false,
                            "length" : 6,
                            "text" : "needs: [bakcup]"
                          },
                          "file" : "f.yml",
                          "label" : "",
                          "line" : 1
                        }
                      ],
                      "message" : "unknown step",
                      "notes" : [

                      ],
                      "severity" : "error"
                    }
                  ],
                  "errors" : 1,
                  "omitted" : 0,
                  "version" : 1,
                  "warnings" : 0
                }

                """)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let read = try decoder.decode(DiagnosticReport.self, from: Data(report.json().utf8))
        #expect(DiagnosticText().render(read) == DiagnosticText().render(report))
    }
}

@Suite struct DiagnosticCodeTests {
    @Test func idsAreUniqueAndInOrder() {
        let ids = DiagnosticCode.all.map(\.id)
        #expect(ids == Set(ids).sorted())
        #expect(ids.allSatisfy { $0.count == 4 && $0.hasPrefix("R") && Int($0.dropFirst()) != nil })
    }

    @Test(arguments: DiagnosticCode.all)
    func everyCodeHasAPage(code: DiagnosticCode) {
        #expect(code.page.hasPrefix("\(code.id): \(code.title)\n\n"))
        #expect(code.explanation.hasSuffix("."))
        #expect(!code.title.hasSuffix("."))
        #expect(code.wrong != code.right)
        #expect(code.page.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func aCodeIsFoundWhateverItsCase() {
        #expect(DiagnosticCode.find("r203") == .unknownStep)
        #expect(DiagnosticCode.find("R999") == nil)
    }
}
