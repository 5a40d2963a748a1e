import FoundationEssentials
import Glibc
import RunHost
import Testing

@Suite struct PlaceTests {
    static let place = Place(
        machineID: "m", bootID: "b", pidNamespace: 1, pidNamespaceStart: 2,
        stateDirectory: Place.Directory(device: 3, inode: 4, mountID: 5))

    private static func changed(_ change: (inout Place) -> Void) -> Place.Comparison {
        var other = place
        change(&other)
        return place.compared(with: other)
    }

    @Test func aPlaceIsTheSameAsItself() {
        let expected = Place.Comparison(
            otherMachine: false, sameBoot: true, samePidNamespace: true, sameDirectory: true)
        #expect(Self.place.compared(with: Self.place) == expected)
    }

    @Test func anotherMachineOrACopiedDirectoryIsAnotherMachine() {
        let machine = Self.changed { $0.machineID = "other" }
        let directory = Self.changed { $0.stateDirectory.inode = 9 }
        for comparison in [machine, directory] {
            #expect(comparison.otherMachine)
            #expect(!comparison.sameBoot)
            #expect(!comparison.samePidNamespace)
        }
        #expect(!directory.sameDirectory)
    }

    @Test func afterARebootPidsMeanNothingThoughTheNamespaceHasTheSameNumber() {
        let expected = Place.Comparison(
            otherMachine: false, sameBoot: false, samePidNamespace: false, sameDirectory: true)
        #expect(Self.changed { $0.bootID = "later" } == expected)
    }

    @Test func aPidNamespaceIsToldByItsInodeAndTheStartOfItsFirstProcess() {
        let expected = Place.Comparison(
            otherMachine: false, sameBoot: true, samePidNamespace: false, sameDirectory: true)
        #expect(Self.changed { $0.pidNamespace = 9 } == expected)
        #expect(Self.changed { $0.pidNamespaceStart = 9 } == expected)
    }

    @Test func aRemountedDirectoryIsAnotherDirectoryOnTheSameMachine() {
        let expected = Place.Comparison(
            otherMachine: false, sameBoot: true, samePidNamespace: true, sameDirectory: false)
        #expect(Self.changed { $0.stateDirectory.mountID = 9 } == expected)
        #expect(Self.changed { $0.stateDirectory.device = 9 } == expected)
    }

    @Test func theCurrentPlaceIsComplete() throws {
        let directory = TemporaryDirectory()
        let place = try Place.current(stateDirectory: directory.path)
        #expect(place.bootID.utf8.count == 36)
        #expect(place.pidNamespace > 0)
        #expect(place.stateDirectory.inode > 0)
        #expect(place.stateDirectory.mountID != nil)
        #expect(try Place.current(stateDirectory: directory.path) == place)
        #expect(try JSONDecoder().decode(Place.self, from: JSONEncoder().encode(place)) == place)
    }

    @Test func twoDirectoriesAreTwoPlaces() throws {
        let (one, other) = (TemporaryDirectory(), TemporaryDirectory())
        let comparison = try Place.current(stateDirectory: one.path)
            .compared(with: Place.current(stateDirectory: other.path))
        #expect(comparison.otherMachine)
        #expect(!comparison.sameDirectory)
    }
}
