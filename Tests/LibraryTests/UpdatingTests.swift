import TestSupport
import Testing

/// Updates of releases and packages.
@Suite struct UpdatingTests {
    private let quick = ["probe_every": "20ms", "healthy_within": "3s"]

    @Test func aGoodReleaseIsInstalledAndAnEarlierOneComesBackWithItsData() throws {
        let home = try LibraryHome()
        try home.makeRelease("1.1.0")
        let update = try home.run("update", quick.merging(["version": "1.1.0"]) { $1 })
        #expect(update.end == .exited(0), "\(update)")
        #expect(try home.status().contains("release 1.1.0, configuration 1.1.0, schema 1.1.0"))
        let archive = update.output("backup")?.asString ?? ""
        let back = try home.run("rollback", quick.merging(["version": "1.0.0", "backup": archive]) { $1 })
        #expect(back.end == .exited(0), "\(back)")
        #expect(try home.status().contains("release 1.0.0, configuration 1.0.0, schema 1.0.0"))
    }

    @Test(arguments: ["unhealthy", "no-start", "bad-migration"])
    func aBadReleaseIsTakenBackWholly(behaviour: String) throws {
        let home = try LibraryHome()
        try home.makeRelease("1.1.0", behaviour)
        let inputs = ["version": "1.1.0", "probe_every": "20ms", "healthy_within": "500ms"]
        let run = try home.run("update", inputs)
        #expect(run.end == .exited(5), "\(run)")
        let status = try home.status()
        #expect(status.hasPrefix("running") && status.contains("release 1.0.0, configuration 1.0.0, schema 1.0.0"))
        #expect(home.notifications.contains("was rolled back"))
    }

    @Test func anUpdateThatIsKilledGoesOnWhereItStood() throws {
        let home = try LibraryHome()
        try home.makeRelease("1.1.0")
        let killed = try home.run(
            "update", quick.merging(["version": "1.1.0"]) { $1 }, crashAt: "driver.after_commit#14")
        #expect(killed.end != .exited(0), "\(killed)")
        let run = try home.perform("resume", "1")
        #expect(run.end == .exited(0), "\(run)")
        #expect(try home.status().contains("release 1.1.0, configuration 1.1.0, schema 1.1.0"))
    }

    @Test func aGoneReleaseRefusesTheRunBeforeAnythingIsTouched() throws {
        let home = try LibraryHome()
        let run = try home.run("update", quick.merging(["version": "9.9.9"]) { $1 })
        #expect(run.end == .exited(3), "\(run)")
        #expect(run.output.contains("The release is there"), "\(run)")
    }

    // MARK: - Packages

    /// A real environment, with packages from a directory in place of an index.
    private func withPackages() throws -> LibraryHome? {
        let home = try LibraryHome()
        let works = try home.shell("python3 -c 'import venv, ensurepip' && python3 -m pip --version || echo none")
        guard !works.contains("none") else { return nil }
        try home.shell(
            """
            mkdir home/wheels
            python3 - home/wheels <<'PYTHON'
            import sys, zipfile
            for name, version, needs in (("core", "1.0", ""), ("core", "2.0", ""), ("extra", "1.0", "belay-demo-core<2")):
                dist = f"belay_demo_{name}-{version}"
                with zipfile.ZipFile(f"{sys.argv[1]}/{dist}-py3-none-any.whl", "w") as wheel:
                    wheel.writestr(f"belay_demo_{name}.py", f"version = '{version}'\\n")
                    info = f"{dist}.dist-info"
                    requires = f"Requires-Dist: {needs}\\n" if needs else ""
                    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: belay-demo-{name}\\nVersion: {version}\\n{requires}")
                    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
                    wheel.writestr(f"{info}/RECORD", "")
            PYTHON
            python3 -m venv --without-pip home/venv
            echo 'belay-demo-core==1.0' >home/requirements.txt
            python3 -m pip --python home/venv/bin/python install --quiet --no-index --find-links home/wheels -r home/requirements.txt
            """)
        return home
    }

    @Test func packagesAreTriedInAScratchEnvironmentAndThenInstalled() throws {
        guard let home = try withPackages() else { try Test.cancel("python3 has no venv or no pip") }
        let run = try home.run(
            "dependency-update", quick.merging(["packages": "[\"belay-demo-core\"]", "reviewed": "true"]) { $1 })
        #expect(run.end == .exited(0), "\(run)")
        #expect(home.scratch.text("home/requirements.txt") == "belay-demo-core==2.0\n")
        #expect(try home.shell("python3 -m pip --python home/venv/bin/python freeze").contains("belay-demo-core==2.0"))
    }

    @Test func packagesThatDoNotFitTogetherNeverReachTheService() throws {
        guard let home = try withPackages() else { try Test.cancel("python3 has no venv or no pip") }
        try home.shell(
            """
            echo 'belay-demo-extra==1.0' >>home/requirements.txt
            python3 -m pip --python home/venv/bin/python install --quiet --no-index --find-links home/wheels -r home/requirements.txt
            """)
        let before = home.scratch.text("home/requirements.txt")
        let run = try home.run("dependency-update", quick.merging(["reviewed": "true"]) { $1 })
        #expect(run.end == .exited(1) || run.end == .exited(5), "\(run)")
        #expect(home.scratch.text("home/requirements.txt") == before)
        #expect(try home.shell("python3 -m pip --python home/venv/bin/python freeze").contains("belay-demo-core==1.0"))
    }
}
