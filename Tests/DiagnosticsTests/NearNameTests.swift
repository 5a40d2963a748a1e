import Diagnostics
import Testing

@Suite struct NearNameTests {
    @Test(arguments: [
        ("versoin", "version"), ("verison", "version"), ("versio", "version"), ("versions", "version"),
        ("bakcup", "backup"), ("stat", "state"),
    ])
    func aMisspeltNameFindsItsNeighbour(name: String, expected: String) {
        #expect(nearest(to: name, in: ["version", "backup", "state", "outputs"]) == expected)
    }

    @Test(arguments: ["x", "completely", "vrsn"])
    func aNameWithoutNeighboursFindsNone(name: String) {
        #expect(nearest(to: name, in: ["version", "y"]) == nil)
    }

    @Test func ofEquallyNearNamesTheFirstInTheAlphabetIsTaken() {
        #expect(nearest(to: "cat", in: ["hat", "bat", "rat"]) == "bat")
    }
}
