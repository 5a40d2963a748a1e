import TestSupport

/// A small runbook with every way in which a step can be performed and taken back; each program that it starts adds a
/// line to a ledger outside the state directory.
enum DenseRunbook {
    static let text = #"""
        runbook: dense
        title: Every kind of step, and a ledger of what really ran
        inputs:
          ledger: {type: path}
          good: {type: bool, default: true}
        env: {LEDGER: "${{ inputs.ledger }}"}
        locks: [dense]
        on_failure: rollback
        rollback:
          verify: [{run: 'test ! -e "$LEDGER.probed"'}]
        preconditions:
          - run: test -d "$(dirname "$LEDGER")"
        steps:
          - id: probed
            run: echo probed >>"$LEDGER"; touch "$LEDGER.probed"
            done_when: {run: 'test -e "$LEDGER.probed"'}
            undo:
              run: echo undo-probed >>"$LEDGER"; rm -f "$LEDGER.probed"
              done_when: {run: 'test ! -e "$LEDGER.probed"'}
              verify: [{run: 'test ! -e "$LEDGER.probed"'}]
          - id: left
            needs: [probed]
            run: echo left >>"$LEDGER"
            timeout: 20s
            undo:
              - run: echo undo-left-1 >>"$LEDGER"
              - run: echo undo-left-2 >>"$LEDGER"
          - id: right
            needs: [probed]
            run: echo right >>"$LEDGER"; echo new >"$LEDGER.kept"
            done_when: {run: 'grep -q new "$LEDGER.kept"'}
            protect: ["${{ inputs.ledger }}.kept"]
          - id: pair
            needs: [left, right]
            steps:
              - id: command
                command: [bash, -c, 'echo command >>"$LEDGER"']
                apply: {run: 'echo applied >>"$LEDGER"'}
                undo: {command: [bash, -c, 'echo undo-command >>"$LEDGER"']}
              - id: each
                foreach: [a, b]
                max_parallel: 2
                run: echo "each-$ITEM" >>"$LEDGER"
                env: {ITEM: "${{ item }}"}
                undo: none
          - id: serve
            service: {name: app, state: started}
          - id: pause
            wait: 10ms
          - id: tell
            notify: {to: log, text: half way}
            undo: none
          - id: verdict
            verify: [{that: inputs.good}]
          - id: last
            run: echo last >>"$LEDGER"
            undo: {run: 'echo undo-last >>"$LEDGER"'}
        handlers:
          finish: [{run: 'echo finish >>"$LEDGER"'}]
        """#

    /// What a run writes, whatever kills it: the forward steps, and in a rollback their undos.
    static let forward = ["probed", "left", "right", "command", "applied", "each-a", "each-b", "start"]
    static let good = Set(forward + ["last", "finish"])
    static let bad = Set(
        forward + ["undo-probed", "undo-left-1", "undo-left-2", "undo-command", "applied-again", "stop", "finish"])

    /// What takes back what.
    static let undos = [
        "probed": "undo-probed", "left": "undo-left-2", "command": "undo-command", "start": "stop", "last": "undo-last",
    ]

    /// A service that is nothing but a file.
    private static func profile(_ work: String) -> String {
        """
        system: dense
        services:
          app:
            start: [bash, -c, "echo start >>\(work)/ledger; touch \(work)/running"]
            stop: [bash, -c, "echo stop >>\(work)/ledger; rm -f \(work)/running"]
            status: [bash, -c, "test -e \(work)/running || exit 3"]
        """
    }

    static func install(in scratch: ScratchDirectory) throws {
        try scratch.write(text, to: "dense.yml")
        try scratch.write(profile(scratch.file("work")), to: "systems/dense.yml")
        try scratch.write("old\n", to: "work/ledger.kept")
        try scratch.write(
            "state: {path: state}\nrunbooks: [.]\nsystem: dense\nchannels:\n  log: {file: \(scratch.file("notifications.log"))}\n",
            to: "belay.yml")
    }

    /// How often each program ran. What `apply` does after the undo is told from what it does after the action.
    static func ledger(_ scratch: ScratchDirectory) -> [String: Int] {
        var counts: [String: Int] = [:]
        var isUndoing = false
        for line in scratch.text("work/ledger").split(separator: "\n").map(String.init) {
            if line == "undo-command" { isUndoing = true }
            counts[line == "applied" && isUndoing ? "applied-again" : line, default: 0] += 1
        }
        return counts
    }
}
