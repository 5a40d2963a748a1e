import Glibc
import RunHost
import TestSupport
import Testing

/// A secret reaches the command that needs it and nothing else.
@Suite struct SecretsTests {
    private static let canary = "kanarie-7f3a9b-geheim"

    private func site() throws -> Site {
        var site = try Site(
            #"""
            secrets: {token: {env: CANARY}}
            on_failure: stop
            steps:
              - id: leaky
                env: {TOKEN: "${{ secrets.token }}"}
                run: |
                  echo "token $TOKEN"
                  echo "token $TOKEN" >&2
                  printf %s "${TOKEN:0:7}"; sleep 0.05; printf '%s\n' "${TOKEN:7}"
                  echo "said=$TOKEN" >>"$BELAY_OUTPUT"
                  test "$(printf %s "$TOKEN" | wc -c)" = 21
                  tr '\0' ' ' <"/proc/$PPID/cmdline" >>"$LEDGER"
                  tr '\0' ' ' </proc/$$/cmdline >>"$LEDGER"
                outputs: {said: {type: string}}
                undo: none
              - id: piped
                run: cat
                stdin: ${{ secrets.token }}
                undo: none
              - id: told
                notify: {to: log, text: "it said ${{ steps.leaky.outputs.said }}"}
              - id: fails
                env: {TOKEN: "${{ secrets.token }}"}
                run: echo "cannot log in with $TOKEN" >&2; exit 3
                undo: none
            """#)
        site.belay.environment["CANARY"] = Self.canary
        return site
    }

    @Test func itIsInNoFileAndInNoWordOfTheRun() throws {
        let site = try site()
        #expect(try site.run() == .exited(4))
        #expect(try site.inspector().steps()["fails"]?.reason?.contains("cannot log in with ***") == true)
        for path in files(below: site.scratch.path) {
            let text = String(decoding: try HostFiles.read(path, limit: 64 << 20), as: UTF8.self)
            // The step's own file for its outputs is the program's, before Belay has read it.
            if !path.hasSuffix("/steps/leaky/1/output") { #expect(!text.contains(Self.canary), "\(path)") }
        }
        #expect(site.scratch.text("state/runs/000001-work/steps/leaky/1/stdout") == "token ***\n***\n")
        #expect(site.scratch.text("notifications.log").contains("it said ***"))
    }

    @Test func aDriverThatGoesOnAsksForItAgain() throws {
        var site = try site()
        #expect(try site.run(crashAt: "driver.after_launch#1") == .killed(signal: SIGKILL))
        site.belay.environment["CANARY"] = nil
        let without = try site.belay.resume()
        #expect(without == .exited(3) || without == .exited(4))
        #expect(site.belay.output.contains("token"))
        site.belay.environment["CANARY"] = Self.canary
        #expect(try site.belay.resume() == .exited(4))
        #expect(try site.inspector().steps()["piped"]?.state == .succeeded)
    }

    private func files(below directory: String) -> [String] {
        HostFiles.names(in: directory).flatMap { name -> [String] in
            let path = "\(directory)/\(name)"
            guard let status = try? HostFiles.status(of: path) else { return [] }
            return status.st_mode & S_IFMT == S_IFDIR ? files(below: path) : [path]
        }
    }
}
