import Diagnostics
import Testing

@Suite struct NearNameTests {
    @Test(arguments: [
        ("bakcup", "backup"), ("timout", "timeout"), ("verisons", "versions"), ("step_numebr_12", "step_number_12"),
        ("runn", "run"), ("xbackup", "backup"),
    ])
    func aMisspeltNameIsRecognised(written: String, meant: String) {
        #expect(nearest(to: written, in: ["backup", "timeout", "versions", "step_number_12", "run"]) == meant)
    }

    @Test func whatIsFarFromAllIsNot() {
        #expect(nearest(to: "pineapple", in: ["backup", "timeout"]) == nil)
        #expect(nearest(to: "", in: ["backup"]) == nil)
    }

    @Test func ofTwoEquallyNearTheFirstInTheAlphabetIsTaken() {
        #expect(nearest(to: "cat", in: ["hat", "bat", "rat"]) == "bat")
    }
}
