import Testing

/// A wrong command line is refused with its cause, and touches nothing.
@Suite struct UsageTests {
    @Test(
        "a wrong command line exits 64 and says what is wrong",
        arguments: [
            (["rum"], "unknown command 'rum'"),
            (["rum"], "did you mean 'belay run'?"),
            (["run"], "RUNBOOK is missing"),
            (["run", "good", "more"], "'more' is one word too many"),
            (["run", "good", "--untill", "x"], "did you mean '--until'?"),
            (["run", "good", "-x"], "unknown option '-x'"),
            (["run", "good", "-i"], "option '--input' needs a value"),
            (["run", "good", "-i", "who"], "'who' is not of the form name=value"),
            (["run", "good", "-i", "who=a", "-i", "who=b"], "'who' is given twice"),
            (["run", "good", "--yes=no"], "option '--yes' takes no value"),
            (["run", "good", "--until", "a", "--until", "b"], "option '--until' is given twice"),
            (["--output", "xml", "runs"], "--output is one of text, json, not 'xml'"),
            (["runs", "--open", "--closed"], "exclude each other"),
            (["runs", "--limit", "0"], "at least 1"),
            (["status", "first"], "'first' is not the number of a run"),
            (["status", "0"], "'0' is not the number of a run"),
            (["decide", "1", "two", "retry"], "--why is missing"),
            (["decide", "1", "--why", "x"], "the choice is missing"),
            (["decide", "1", "two", "retri", "--why", "x"], "did you mean 'retry'?"),
            (["locks", "break", "x"], "--why is missing"),
            (["locks", "brake", "x", "--why", "x"], "'brake' is not 'break'"),
            (["explain", "X999"], "there is no code 'X999'"),
            (["resume", "1", "--take-over"], "--why is missing"),
        ])
    func refusesWrongUse(words: [String], message: String) throws {
        let home = try BelayHome(["good": Runbooks.good])
        let result = home.start(words).wait()
        #expect(result.exit == 64)
        #expect(result.errors.contains(message))
        #expect(result.output.isEmpty)
        #expect(!home.exists("state"))
    }

    @Test func wrongUseIsJSONWhereJSONIsAskedFor() throws {
        let home = try BelayHome()
        let result = home.belay("rum", "--output", "json")
        #expect(result.exit == 64)
        #expect(result.errors.contains(#""message" : "unknown command 'rum'""#))
    }

    @Test func everyCommandHasAPageOfHelp() throws {
        let home = try BelayHome()
        let overview = home.belay("--help")
        #expect(overview.exit == 0)
        let names = overview.output.split(separator: "\n").drop { $0 != "Commands:" }.dropFirst()
            .prefix { $0.hasPrefix("  ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names.count >= 20)
        for name in names {
            let page = home.belay(name, "--help")
            #expect(page.exit == 0)
            #expect(page.output.contains("Usage: belay \(name)"))
            #expect(home.belay("help", name).output == page.output)
        }
        #expect(!home.exists("state"))
    }

    @Test func noCommandShowsTheOverviewAndExits64() throws {
        let result = try BelayHome().belay()
        #expect(result.exit == 64)
        #expect(result.errors.contains("Commands:"))
    }

    @Test func versionOpensNothing() throws {
        let home = try BelayHome()
        try home.write("not: [yaml", to: "belay.yml")
        #expect(home.belay("version").output.hasPrefix("belay "))
        #expect(home.belay("version", "--output=json").json["version"] == 1)
        #expect(!home.exists("state"))
    }

    @Test func wordsAfterTwoDashesAreNoOptions() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("run", "good")
        #expect(home.belay("note", "1", "--", "--why not").exit == 0)
        #expect(home.belay("events", "1").output.contains("--why not"))
    }

    @Test func globalOptionsStandBeforeOrAfterTheCommand() throws {
        let home = try BelayHome(["good": Runbooks.good])
        home.belay("--state", "elsewhere", "run", "good")
        #expect(home.exists("elsewhere/belay.db"))
        #expect(home.belay("runs", "--state=elsewhere", "--output", "json").json["runs"]?.asList?.count == 1)
    }
}
