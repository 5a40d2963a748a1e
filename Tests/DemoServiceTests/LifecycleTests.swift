import Glibc
import Testing

@Suite struct LifecycleTests {
    @Test func aFreshHomeServesAndIsHealthy() throws {
        let home = try DemoHome()
        #expect(home.command("serve").code == 0)
        let status = try home.get("/api/status")
        #expect(status.status == 200)
        #expect(status.contains(#""version":"1.0.0","status":"healthy""#))
        #expect(status.contains(#""config_version":"1.0.0","schema_version":"1.0.0","pid":\#(try home.pid)}"#))
    }

    @Test func itemsArePostedListedAndKeptAcrossARestart() throws {
        let home = try DemoHome()
        home.command("serve")
        let posted = try home.post("/api/items", #"{"name":"a \"quoted\" rope"}"#)
        #expect(posted.status == 201)
        #expect(posted.contains(#"{"id":4,"name":"a \"quoted\" rope"}"#))
        home.command("stop")
        home.command("serve")
        #expect(try home.get("/api/items").contains(#"{"id":4,"name":"a \"quoted\" rope"},{"id":3,"#))
    }

    @Test(arguments: ["", "{", #"{"name":5}"#, #"{"name":""}"#, #"["name"]"#])
    func aBodyThatIsNoItemIsRefused(body: String) throws {
        let home = try DemoHome()
        home.command("serve")
        #expect(try home.post("/api/items", body).status == 400)
    }

    @Test func unknownPathsMethodsAndLargeBodiesAreRefused() throws {
        let home = try DemoHome()
        home.command("serve")
        #expect(try home.get("/nothing").status == 404)
        #expect(try home.post("/api/status", "{}").status == 405)
        #expect(try home.post("/api/items", String(repeating: "x", count: 70_000)).status == 413)
    }

    @Test func stopRemovesThePidFileAndIsDoneWhenNothingRuns() throws {
        let home = try DemoHome()
        home.command("serve")
        #expect(home.hasFile("run/demo.pid"))
        #expect(home.command("status").code == 0)
        #expect(home.command("stop").code == 0)
        #expect(!home.hasFile("run/demo.pid"))
        #expect(home.command("status").code == 3)
        #expect(home.command("stop").output == "not running\n")
        #expect(home.command("reload").code == 3)
    }

    @Test func aSecondInstanceIsRefusedAndTheFirstServesOn() throws {
        let home = try DemoHome()
        home.command("serve")
        let pid = try home.pid
        let second = home.command("serve", "--foreground")
        #expect(second.code == 4)
        #expect(second.output.contains("another instance is running in"))
        #expect(second.output.contains("with pid \(pid)"))
        #expect(try home.pid == pid)
        #expect(try home.get("/api/status").status == 200)
    }

    @Test func thePidFileOfAKilledInstanceIsNoHindrance() throws {
        let home = try DemoHome()
        home.command("serve")
        let pid = try home.pid
        kill(pid, SIGKILL)
        #expect(eventually { home.command("status").code == 3 })
        #expect(home.hasFile("run/demo.pid"))
        #expect(home.command("serve").code == 0)
        #expect(try home.pid != pid)
    }

    @Test func thePidFileOfALivingStrangerIsNotBelieved() throws {
        let home = try DemoHome()
        try home.replace("run/demo.pid", with: "\(getpid())\n")
        #expect(home.command("status").code == 3)
        #expect(home.command("stop").output == "not running\n")
        #expect(home.command("serve").code == 0)
    }

    @Test func theDaemonKeepsNoDescriptorOfItsStarter() throws {
        let home = try DemoHome()
        let inherited = "\(home.scratch)/inherited"
        #expect(home.run("serve", "--home", home.path, descriptors: [9: inherited]).code == 0)
        var target = [CChar](repeating: 0, count: 4096)
        let directory = "/proc/\(try home.pid)/fd"
        for number in 0..<32 {
            let length = readlink("\(directory)/\(number)", &target, target.count - 1)
            guard length > 0 else { continue }
            let name = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            #expect(name != inherited)
            #expect(!name.hasPrefix("pipe:"))
        }
    }

    @Test func aForegroundServiceEndsWithZeroAtSIGTERM() throws {
        let home = try DemoHome()
        let arguments = [ChildProcess.service, "serve", "--home", home.path, "--foreground"]
        let pid = ChildProcess.spawn(arguments, output: "\(home.scratch)/foreground")
        #expect(eventually { home.hasFile("run/demo.pid") })
        #expect(try home.pid == pid)
        kill(pid, SIGTERM)
        #expect(ChildProcess.wait(pid) == 0)
        #expect(!home.hasFile("run/demo.pid"))
    }

    @Test func reloadTakesNewSettingsAndKeepsTheOldOnesWhenTheNewAreWrong() throws {
        let home = try DemoHome()
        home.command("serve")
        let original = try home.contents("config.yml")
        try home.replace("config.yml", with: original.replacing("page_size: 100", with: "page_size: 1"))
        #expect(home.command("reload").code == 0)
        #expect(try eventually { try home.get("/api/items").body == "[{\"id\":3,\"name\":\"harness\"}]\n" })
        try home.replace("config.yml", with: original.replacing("page_size: 100", with: "page_size: many"))
        home.command("reload")
        #expect(try eventually { try home.contents("logs/demo.log").contains("configuration kept: ") })
        #expect(try home.get("/api/items").body == "[{\"id\":3,\"name\":\"harness\"}]\n")
    }

    @Test func aServiceThatWarmsUpSaysThatItIsStarting() throws {
        let home = try DemoHome()
        let original = try home.contents("config.yml")
        try home.replace("config.yml", with: original.replacing("warm_up: 0ms", with: "warm_up: 60m"))
        home.command("serve")
        let status = try home.get("/api/status")
        #expect(status.status == 503)
        #expect(status.contains(#""status":"starting""#))
    }

    @Test func aPortThatIsTakenIsNamedInTheError() throws {
        let first = try DemoHome()
        let second = try DemoHome()
        first.command("serve")
        let taken = try first.port()
        let own = "port: \(try second.port())"
        try second.replace(
            "config.yml", with: try second.contents("config.yml").replacing(own, with: "port: \(taken)"))
        let refused = second.command("serve")
        #expect(refused.code == 1)
        #expect(refused.output.contains("cannot listen on port \(taken): Address already in use"))
        #expect(!second.hasFile("run/demo.pid"))
    }

    @Test(arguments: [
        ["serve"], ["serve", "--home"], ["serve", "--hmoe", "x"], ["fly"], [], ["stop", "--home", "/", "--grace", "5"],
        ["init", "--home", "/", "--version", "one"],
    ])
    func aWrongCommandLineIsUsage(arguments: [String]) throws {
        let output = "/dev/null"
        #expect(ChildProcess.run([ChildProcess.service] + arguments, output: output).code == 64)
    }
}
