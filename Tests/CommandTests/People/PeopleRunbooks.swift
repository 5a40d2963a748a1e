/// Runbooks with people in them.
enum PeopleRunbooks {
    /// Done by hand, with everything that can be asked for; what was filled in reaches the next step.
    static let drain = """
        runbook: drain
        steps:
          - id: before
            run: echo before
            undo: {run: echo undo before}
          - id: drain
            title: Take it out of traffic
            manual:
              text: Take **it** out.
              form:
                replica: {type: string, choices: [amber, green], description: The one that takes over}
                count: {type: int, default: 3, min: 1, max: 5}
              checklist: [No new connections, Transactions are finished]
              evidence: required
            undo: none
          - id: after
            run: echo "$REPLICA $COUNT"
            env: {REPLICA: "${{ steps.drain.?outputs.?replica.orValue('nobody') }}", COUNT: "${{ string(steps.drain.?outputs.?count.orValue(0)) }}"}
            undo: none
        """

    static let approval = """
        runbook: approval
        steps:
          - id: before
            run: echo before
            undo: {run: echo undo before}
          - id: gate
            approve: {text: "Go on?"}
          - id: after
            run: echo after
            undo: none
        """

    static let confirmed = """
        runbook: confirmed
        steps:
          - id: sure
            confirm: {text: Really?, type: wipe it}
          - id: gate
            approve: {text: Go on?}
        """

    static let expiring = """
        runbook: expiring
        steps:
          - id: gate
            approve: {text: Quickly!, expires: 300ms}
          - id: after
            run: echo after
            undo: none
        """

    /// A person is asked while another step stands still at the gate.
    static let beside = """
        runbook: beside
        inputs: {place: {type: path}}
        steps:
          - id: wait_here
            run: cat "$INPUT_PLACE/gate"
            on_interrupt: rerun
            undo: none
          - id: ask
            needs: []
            manual: {text: Do it}
            undo: none
          - id: after
            needs: [wait_here, ask]
            run: echo after
            undo: none
        """

    static let nagging = """
        runbook: nagging
        steps:
          - id: ask
            manual: {text: Do it, tell: ops, escalate: [{after: 200ms, to: oncall}]}
            undo: none
        """

    /// For two persons.
    static let team = """
        runbook: team
        steps:
          - id: other
            approve: {text: Somebody else agrees, by: {not_requester: true}}
          - id: both
            approve: {text: Two agree, by: {quorum: 2}}
          - id: after
            run: echo after
            undo: none
        """

    static let guided = """
        runbook: guided
        steps:
          - id: one
            title: The first
            run: |
              echo one
              echo more
            undo: {run: echo undo one}
          - id: two
            run: echo two
            undo: {run: echo undo two}
          - id: three
            run: echo three
            outputs: {answer: {type: int}}
            undo: none
          - id: four
            run: exit 9
            critical: true
            done_when: {run: 'exit 1'}
            undo: none
        """

    static let hostile = """
        runbook: hostile
        steps:
          - id: gate
            title: "owned \\e]0;x\\a"
            approve:
              text: "# Stop \\e[2J\\n\\n`\\e[31m` <b>\\e[2J</b> &#27;[2J [a](<\\e[H>)\\n\\n    \\e[2J\\n"
              form: {name: {type: string, description: "so \\e[2J it is", default: "\\e[2J"}}
              checklist: ["\\e[2J"]
        """
}
