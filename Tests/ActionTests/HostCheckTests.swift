import Checks
import Expressions
import RunbookModel
import Testing

@Suite struct HostCheckTests {
    private let around = Surroundings()

    @Test(
        arguments: [
            (["free": "> 0"] as Value, CheckAnswer.met), (["free": ">= 900TiB"], .notMet), (["used": "<= 100%"], .met),
            (["used": ["warn": ">= 0%"]], .warn), (["used": ["warn": ">= 0%", "fail": ">= 0%"]], .notMet),
            (["used": ["warn": "> 100%", "fail": "> 100%"]], .met), (["free": "> 0", "used": "> 100%"], .notMet),
            (["inodes_free": ">= 0"], .met), ([:], .inconclusive),
        ] as [(Value, CheckAnswer)])
    func aDiskIsCompared(_ demands: Value, _ answer: CheckAnswer) {
        var demands = demands.asMap ?? [:]
        demands["path"] = "/"
        #expect(around.look("disk", .map(demands)).answer == answer)
    }

    @Test func aPathThatIsNotThereTellsNothing() {
        #expect(around.look("disk", ["path": "missing", "free": "> 0"]).answer == .inconclusive)
    }

    @Test func memoryAndLoadAreCompared() {
        #expect(around.look("memory", ["free": "> 1MiB", "used": "> 0%", "swap_used": "<= 100%"]).answer == .met)
        #expect(around.look("memory", ["free": "> 900TiB"]).answer == .notMet)
        #expect(around.look("load", ["one": ">= 0", "fifteen": ["fail": "> 1000000"]]).answer == .met)
        #expect(around.look("load", ["five": "< 0", "per_cpu": true]).answer == .notMet)
        #expect(around.look("load", ["five": "< 50%"]).answer == .inconclusive)
    }

    @Test func titlesAreShort() {
        #expect(
            around.look("disk", ["path": "/", "used": ["warn": ">= 80%", "fail": ">= 95%"]]).title
                == "disk / used warn >= 80%, fail >= 95%")
        #expect(around.look("load", ["five": "< 9"]).title == "load five < 9")
    }

    // 2023-11-14T22:13:20Z, a Tuesday.
    @Test(
        arguments: [
            (["between": ["22:00", "23:00"]] as Value, CheckAnswer.met), (["between": ["22:14", "23:00"]], .notMet),
            (["between": ["22:00", "22:13"]], .notMet), (["between": ["22:00", "02:00"]], .met),
            (["between": ["02:00", "22:00"]], .notMet), (["between": ["23:00", "22:30"]], .met),
            (["between": ["22:00", "02:00"], "days": ["tue"]], .met), (["days": ["tue"]], .met),
            (["days": ["wed"]], .notMet), (["between": ["23:00", "22:30"], "days": ["tue"]], .notMet),
            (["between": ["23:00", "22:30"], "days": ["mon"]], .met), (["between": ["00:00", "24:00"]], .met),
        ] as [(Value, CheckAnswer)])
    func aWindowIsOpenOrNot(_ window: Value, _ answer: CheckAnswer) {
        var window = window.asMap ?? [:]
        window["zone"] = "UTC"
        #expect(around.look("time", .map(window)).answer == answer)
    }

    @Test func aWindowIsInItsZone() {
        #expect(
            around.look("time", ["between": ["00:00", "01:00"], "days": ["wed"], "zone": "+02:00"]).answer == .met)
        #expect(around.look("time", ["between": ["00:00", "01:00"], "zone": "Mars/Base"]).answer == .inconclusive)
    }

    @Test(
        arguments: [
            (["run": "echo 81", "value": "double(stdout.trim())"] as Value, CheckAnswer.warn),
            (["run": "echo 81", "value": "stdout"], .warn), (["run": "echo 12.5", "value": "value"], .met),
            (["command": ["echo", "96"], "value": "value"], .notMet),
            (["run": "exit 3", "value": "value"], .inconclusive),
            (["run": "echo many", "value": "value"], .inconclusive),
            (["run": "echo '{\"used\": 97}'", "value": "json(stdout).used"], .notMet),
            (["sqlite": ["path": "missing.db", "query": "SELECT 1"], "value": "value"], .inconclusive),
            (["http": ["url": "http://x/"], "value": "body.n"], .inconclusive),
        ] as [(Value, CheckAnswer)])
    func aMetricIsInsideItsLimitsOrNot(_ metric: Value, _ answer: CheckAnswer) {
        var metric = metric.asMap ?? [:]
        metric["warn"] = ">= 80"
        metric["fail"] = ">= 95"
        metric["unit"] = "%"
        let result = around.look("metric", .map(metric))
        #expect(result.answer == answer, "\(result.detail)")
        #expect(result.unit == (answer == .inconclusive ? nil : "%"))
    }
}
