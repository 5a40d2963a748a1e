import Glibc
import RunHost
import TestSupport
import Testing

/// A state directory that two users share: root, who starts runs, and `nobody`.
struct Team {
    let home: BelayHome

    /// Cancels the test where this process cannot act as two users.
    init(_ runbooks: [String: String]) throws {
        try Self.requireTwoUsers()
        home = try BelayHome(runbooks)
        chmod(home.path, 0o755)
        try home.write("state: {path: \(home.path)/state, group: nogroup}\n", to: "belay.yml")
    }

    /// Cancels the test where this process cannot act as two users.
    static func requireTwoUsers() throws {
        guard geteuid() == 0 else { try Test.cancel("needs root, to act as two users") }
        let login = (try? HostFiles.read("/proc/self/loginuid")).map { String(decoding: $0, as: UTF8.self) }
        guard login ?? "4294967295" == "4294967295" else {
            try Test.cancel("whoever logged in here stands behind both users")
        }
        let probe = try BelayHome().start(["version"], through: nobody).wait()
        guard probe.exit == 0 else { try Test.cancel("nobody cannot reach the built program") }
    }

    /// What makes a command one of the other user.
    static let nobody = ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]

    @discardableResult
    func asNobody(_ words: String...) -> BelayHome.Result { home.start(words, through: Self.nobody).wait() }
}

/// What belongs to several persons.
@Suite struct TeamTests {
    @Test func theRequesterMayNotApproveAndTwoMustAgree() throws {
        let team = try Team(["team": PeopleRunbooks.team])
        #expect(team.home.belay("run", "team").exit == 4)
        let own = team.home.belay("approve", "1", "other")
        #expect(own.exit == 3)
        #expect(own.errors.contains("root started the run and may not decide step 'other'"))
        #expect(team.home.belay("pending").output.contains("(not you)"))
        #expect(team.home.belay("pending", "--mine").output == "nothing waits for people\n")
        #expect(team.asNobody("pending", "--mine").output.contains("belay approve 1 other"))
        #expect(team.asNobody("approve", "1", "other", "--resume").exit == 4)

        let first = team.home.belay("approve", "1", "both")
        #expect(first.output.contains("one more approval is needed"))
        #expect(team.home.belay("approve", "1", "both").output.contains("already recorded"))
        let second = team.asNobody("approve", "1", "both")
        #expect(second.output.contains("'belay resume 1' goes on"))
        #expect(team.home.belay("resume", "1").exit == 0)
        let status = team.home.belay("status", "1").output
        #expect(status.contains("root") && status.contains("nobody"))
    }

    @Test func aTerminalThatMayNotDecideWaitsAndGoesOnByItself() throws {
        let team = try Team(["team": PeopleRunbooks.team])
        let requester = try team.home.onTerminal("run", "team", rows: 50)
        try requester.wait(forText: "root started the run and may not decide")
        let approver = try team.home.onTerminal("approve", through: Team.nobody, rows: 50)
        try approver.wait(forText: "comment")
        #expect(approver.screen.text.contains("Somebody else agrees"))
        approver.type("fine with me\n")
        try approver.wait(forText: "record this?")
        approver.type("y\n")
        #expect(try approver.exitCode() == 0)
        #expect(approver.screen.text.contains("the terminal of root"))

        try requester.wait(forText: "[a]pprove")
        #expect(requester.screen.text.contains("Two agree"))
        requester.type("a\n\n")
        try requester.wait(forText: "record this?")
        requester.type("y\n")
        try requester.wait(forText: "you have answered")
        #expect(team.asNobody("approve", "1", "both").exit == 0)
        #expect(try requester.exitCode() == 0)
        #expect(requester.screen.text.contains("run 1 of team: succeeded"))
    }
}
