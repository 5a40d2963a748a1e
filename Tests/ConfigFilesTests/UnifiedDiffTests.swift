import ConfigFiles
import Testing

@Suite struct UnifiedDiffTests {
    private func diff(_ old: String, _ new: String) -> String {
        UnifiedDiff.text(Array(old.utf8), Array(new.utf8), from: "a", to: "b")
    }

    @Test func theSameTextsHaveNoDifference() { #expect(diff("x\n", "x\n") == "") }

    @Test func changesComeWithTheLinesAroundThem() {
        let old = (1...12).map { "\($0)\n" }.joined()
        let new = old.replacing("2\n3\n", with: "2\nnew\n3\n").replacing("10\n", with: "")
        #expect(
            diff(old, new) == """
                --- a
                +++ b
                @@ -1,5 +1,6 @@
                 1
                 2
                +new
                 3
                 4
                 5
                @@ -7,6 +8,5 @@
                 7
                 8
                 9
                -10
                 11
                 12

                """)
    }

    @Test func aMissingLastLineBreakIsSaid() {
        #expect(
            diff("a\nb", "a\nb\n")
                == "--- a\n+++ b\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n")
    }

    @Test func aNewFileHasNoLinesBefore() {
        #expect(diff("", "a\nb\n") == "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+a\n+b\n")
        #expect(diff("a\n", "") == "--- a\n+++ b\n@@ -1 +0,0 @@\n-a\n")
    }

    @Test func largeTextsWithNothingInCommonAreTakenAsReplaced() {
        let old = (0..<3_000).map { "old \($0)\n" }.joined()
        let new = (0..<3_000).map { "new \($0)\n" }.joined()
        let lines = diff(old, new).split(separator: "\n")
        #expect(lines.count == 6_003)
        #expect(lines[3] == "-old 0" && lines[3_003] == "+new 0")
    }
}
