/// The small runbooks of these tests.
enum Runbooks {
    static let good = """
        runbook: good
        title: A good one
        inputs:
          who: {type: string, default: world}
        steps:
          - id: greet
            run: echo "hello $INPUT_WHO"
            undo: {run: 'echo undone'}
          - id: check
            verify: [{run: 'true'}]
        """

    static let bad = """
        runbook: bad
        on_failure: rollback
        steps:
          - id: one
            run: echo one
            undo: {run: echo undo one}
          - id: two
            run: 'echo broken >&2; exit 3'
            undo: {run: echo undo two}
          - id: three
            run: echo never
            undo: none
        """

    /// Fails until the file `ok` is there, and asks.
    static let asking = """
        runbook: asking
        locks: [things]
        steps:
          - id: one
            run: echo one
            undo: {run: echo undo one}
          - id: two
            run: test -e "$PLACE/ok"
            env: {PLACE: "${{ inputs.place }}"}
            outputs: {answer: {type: int}}
            undo: {run: echo undo two}
          - id: three
            run: echo last
            undo: none
        inputs: {place: {type: path}}
        """

    /// Stands still at the gate.
    static let gated = """
        runbook: gated
        inputs: {place: {type: path}}
        steps:
          - id: wait_here
            run: cat "$INPUT_PLACE/gate"
            undo: {run: echo undo}
          - id: after
            run: echo after
            undo: {run: echo undo}
        """

    /// One branch stands still at the gate while the other fails and asks.
    static let branched = """
        runbook: branched
        inputs: {place: {type: path}}
        steps:
          - id: wait_here
            run: cat "$INPUT_PLACE/gate"
            undo: none
          - id: fails
            needs: []
            run: 'exit 7'
            undo: none
        """

    /// Stands still at the gate while it is rolled back.
    static let gatedUndo = """
        runbook: gatedundo
        on_failure: rollback
        inputs: {place: {type: path}}
        steps:
          - id: first
            run: 'true'
            undo: {run: 'echo undone first'}
          - id: wait_back
            run: 'true'
            undo: {run: 'cat "$INPUT_PLACE/gate"; echo undone wait_back'}
          - id: fails
            run: 'exit 3'
            undo: none
        """

    static let refused = """
        runbook: refused
        preconditions:
          - title: The moon is made of cheese
            run: 'exit 1'
        steps:
          - id: one
            run: echo one
            undo: none
        """

    static let hostile = """
        runbook: hostile
        title: "evil \\e[31mtitle"
        inputs: {text: {type: string, default: "\\e]0;owned\\a"}}
        steps:
          - id: print
            title: "also \\e[2J evil"
            run: 'printf "\\033[31mred\\033[0m\\r\\n\\033]0;owned\\007"; exit 4'
            undo: none
        """

    /// Tries everything that could act upon a terminal or forge a line.
    static let nasty = #"""
        runbook: nasty
        title: "evil \e[31mtitle \u202e \u009b2J"
        inputs: {text: {type: string}, place: {type: path}}
        locks: ["\e[2Jlock ${{ inputs.text }}"]
        preconditions:
          - title: "also \e[2J\n✔ forged"
            run: 'true'
        steps:
          - id: each
            foreach: ["\e[2J", "a\n✔ forged", "\u202e"]
            as: item
            key: item
            run: 'true'
            undo: none
          - id: print
            title: "a title \e[2J"
            run: |
              printf '\033[2J\033]0;owned\007\302\2332J\2332J\r✔ forged\n\342\200\256reversed\n\377\376\n'
              printf '✔ forged\033[1A' >&2
              cat "$INPUT_PLACE/gate"
              printf 'last\033[2J words\r✔ forged\n' >&2
              exit 4
            outputs: {what: {type: string}}
            undo: none
        """#

    static let broken = """
        runbook: broken
        steps:
          - id: one
            runn: echo one
            undo: none
        """
}
