import Glibc
import TestSupport
import Testing

/// `files` with the built binary: every operation, their undo, and what a kill leaves.
@Suite struct FilesRunTests {
    private static let runbook = """
        runbook: tree
        files: [data/]
        inputs: {name: {type: string, default: world}, fails: {type: bool, default: false}}
        secrets: {key: {env: KEY}}
        steps:
          - id: change
            files:
              - mkdir: {path: ../site/deep/er, mode: "0750"}
              - copy: {from: data/one.txt, to: ../site/deep/one.txt}
              - copy: {from: ../site/tree, to: ../site/tree2}
              - copy: {from: data, to: ../site/old}
              - move: {from: ../site/tree, to: ../site/moved}
              - move: {from: ../site/file, to: ../site/deep/er/file}
              - write: {path: ../site/note, content: "hello ${{ inputs.name }}\\n", mode: "0604"}
              - write: {path: ../site/link, content: "through\\n"}
              - write: {path: ../site/key, content: "${{ secrets.key }}"}
              - template: {from: data/page.tmpl, to: ../site/page, mode: "0600"}
              - link: {path: ../site/current, to: releases/2}
              - mode: {path: ../site/tool, mode: "0755"}
              - delete: ../site/junk
              - delete: ../site/absent
          - id: check
            verify: [{that: "!inputs.fails"}]
        """

    private static func site() throws -> DataSite {
        var site = try DataSite([
            "runbooks/tree.yml": runbook, "runbooks/data/one.txt": "one\n",
            "runbooks/data/page.tmpl": "Hello ${{ inputs.name }}, $${{ as it is }}\n", "site/tree/a": "a\n",
            "site/tree/sub/b": "b\n", "site/old/gone": "gone\n", "site/file": "file\n", "site/target": "target\n",
            "site/tool": "tool\n", "site/junk/x/y": "y\n",
        ])
        site.belay.environment["KEY"] = "s3cr3t-key"
        try site.shell(
            """
            cd site; chmod 600 tree/sub/b; ln -s sub/b tree/l; ln -s target link; ln -s releases/1 current
            mkdir releases; chmod 700 tree/sub; mkfifo junk/pipe
            """)
        return site
    }

    private static let result = """
        current l releases/2
        deep d 755
        deep/er d 750
        deep/er/file f 644
        deep/one.txt f 644
        key f 600
        link l target
        moved d 700
        moved/a f 644
        moved/l l sub/b
        moved/sub d 700
        moved/sub/b f 600
        note f 604
        old d 755
        old/one.txt f 644
        old/page.tmpl f 644
        page f 600
        releases d 755
        target f 644
        tool f 755
        tree2 d 700
        tree2/a f 644
        tree2/l l sub/b
        tree2/sub d 700
        tree2/sub/b f 600
        """ + "\n"

    private func listing(_ site: DataSite) throws -> String {
        try site.shell(
            "cd site; find . -mindepth 1 -type l -printf '%P l %l\\n' -o -mindepth 1 -printf '%P %y %m\\n' | LC_ALL=C sort"
        )
    }

    private func expectAllDone(_ site: DataSite) throws {
        let found = try listing(site)
        #expect(found == Self.result, "\(site.belay.output)")
        #expect(site.scratch.text("site/note") == "hello world\n")
        #expect(site.scratch.text("site/target") == "through\n")
        #expect(site.scratch.text("site/page") == "Hello world, ${{ as it is }}\n")
        #expect(site.scratch.text("site/key") == "s3cr3t-key")
    }

    @Test func everyOperationDoesWhatItSays() throws {
        let site = try Self.site()
        #expect(try site.run("run", "tree") == .exited(0), "\(site.belay.output)")
        try expectAllDone(site)
        try site.shell("! grep -r s3cr3t-key state --exclude-dir=snapshots")
        #expect(try site.isAuditClean())
    }

    @Test func turnedBackEverythingIsAsItWas() throws {
        let site = try Self.site()
        let before = try site.fingerprint("site")
        #expect(try site.run("run", "tree", "-i", "fails=true") == .exited(5), "\(site.belay.output)")
        #expect(try site.fingerprint("site") == before)
    }

    @Test(arguments: ["inside_started", "protected", "inside_done", "after_commit#3"])
    func aKillAnywhereIsMadeGoodByTheResume(_ point: String) throws {
        let site = try Self.site()
        #expect(try site.run("run", "tree", crashAt: "driver.\(point)") == .killed(signal: 9), "\(site.belay.output)")
        #expect(try site.run("resume") == .exited(0), "\(site.belay.output)")
        try expectAllDone(site)
    }

    @Test(arguments: ["inside_started#2", "inside_done#2"])
    func aKillWhileTurningBackLosesNothing(_ point: String) throws {
        let site = try Self.site()
        let before = try site.fingerprint("site")
        let end = try site.run("run", "tree", "-i", "fails=true", crashAt: "driver.\(point)")
        #expect(end == .killed(signal: 9), "\(site.belay.output)")
        #expect(try site.run("resume") == .exited(5), "\(site.belay.output)")
        #expect(try site.fingerprint("site") == before)
    }

    @Test func theUndoOfAClosedRunBringsItBack() throws {
        let site = try Self.site()
        let before = try site.fingerprint("site")
        #expect(try site.run("run", "tree") == .exited(0), "\(site.belay.output)")
        #expect(try site.run("rollback", "1") == .exited(5), "\(site.belay.output)")
        #expect(try site.fingerprint("site") == before)
    }

    @Test func thePlanShowsWhatWouldChangeAndNoSecret() throws {
        let site = try Self.site()
        let before = try site.fingerprint("site")
        #expect(try site.run("plan", "tree") == .exited(0), "\(site.belay.output)")
        for words in [
            "+hello world", "site/note (new)", "(now to releases/1)", "site/absent: it is so already",
            "-target", "+through", "site/key (not shown, as it holds secrets)", "(now 0644)",
        ] {
            #expect(site.belay.output.contains(words), "\(words): \(site.belay.output)")
        }
        #expect(!site.belay.output.contains("s3cr3t"))
        #expect(try site.fingerprint("site") == before)
    }

    // MARK: - What goes wrong

    private func expectRefusal(of operation: String, _ words: String) throws {
        let site = try DataSite([
            "runbooks/one.yml": "runbook: one\nsteps:\n  - id: change\n    files:\n      - \(operation)\n",
            "site/file": "x\n", "site/dir/inner": "y\n",
        ])
        let before = try site.fingerprint("site")
        #expect(try site.run("run", "one") == .exited(4), "\(site.belay.output)")
        #expect(site.belay.output.contains(words), "\(site.belay.output)")
        #expect(try site.fingerprint("site") == before)
    }

    @Test func mistakesAreNamedAndChangeNothing() throws {
        try expectRefusal(of: "copy: {from: ../site/file, to: ../site/dir}", "site/dir is a directory, and")
        try expectRefusal(of: "write: {path: ../site/none/x, content: y}", "(make it first: `mkdir: ")
        try expectRefusal(of: "move: {from: ../site/absent, to: ../site/there}", "there is no ")
        try expectRefusal(of: "link: {path: ../site/file, to: x}", "is no link (take it away first")
        try expectRefusal(of: "copy: {from: ../site/dir, to: ../site/dir/in}", "onto or into itself")
        try expectRefusal(of: "write: {path: ../site/dir, content: y}", "is not a regular file")
        try expectRefusal(of: "owner: {path: ../site/file, owner: nobody-at-all}", "there is no user 'nobody-at-all'")
        try expectRefusal(of: "delete: ../state", "belongs to Belay's journal")
    }

    @Test func aFullDiskLeavesTheFileAsItWas() throws {
        let site = try DataSite([
            "runbooks/full.yml": """
            runbook: full
            steps:
              - id: copy
                files: [{copy: {from: ../big, to: ../small/file}}]
            """
        ])
        let script = #"""
            mkdir small && mount -t tmpfs -o size=256k none small || exit 99
            echo before >small/file; head -c 1m /dev/zero >big
            belay run full; echo "$?" >>codes
            cat small/file >>codes; ls -A small >>codes
            """#
        let end = try Spawned(
            ["unshare", "-rm", "sh", "-c", script], environment: site.belay.environment,
            directory: site.scratch.path, output: site.scratch.file("output")
        ).wait()
        if end == .exited(99) || !site.scratch.exists("codes") { try Test.cancel("no filesystem can be mounted here") }
        #expect(site.scratch.text("codes") == "4\nbefore\nfile\n", "\(site.belay.output)")
        #expect(site.belay.output.contains("No space left on device"), "\(site.belay.output)")
    }

    @Test func aReadOnlyFilesystemIsNamed() throws {
        let site = try DataSite([
            "runbooks/fixed.yml": """
            runbook: fixed
            steps:
              - id: write
                files: [{write: {path: ../fixed/file, content: new}}]
            """
        ])
        let script = #"""
            mkdir fixed && mount -t tmpfs -o size=256k none fixed || exit 99
            echo before >fixed/file; mount -o remount,ro fixed || exit 99
            belay run fixed; echo "$?" >>codes; cat fixed/file >>codes
            """#
        let end = try Spawned(
            ["unshare", "-rm", "sh", "-c", script], environment: site.belay.environment,
            directory: site.scratch.path, output: site.scratch.file("output")
        ).wait()
        if end == .exited(99) || !site.scratch.exists("codes") { try Test.cancel("no filesystem can be mounted here") }
        #expect(site.scratch.text("codes") == "4\nbefore\n", "\(site.belay.output)")
        #expect(site.belay.output.contains("Read-only file system"), "\(site.belay.output)")
    }
}
