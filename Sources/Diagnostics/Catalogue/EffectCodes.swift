// R5xx: effects and undo. R6xx: what this version does not perform.

extension DiagnosticCode {
    package static let undeclaredEffect = DiagnosticCode(
        "R501", "a change without a word on how it is taken back",
        """
        In a runbook that can roll back, every step that changes something says how: `undo` with an action, `protect` with
        the paths it changes, `undo: none` where there is nothing to take back, `irreversible` with the reason, or
        `read_only: true` where it changes nothing after all. Better an error now than a surprise at night.
        """,
        wrong: "- id: migrate\n  run: ./migrate.sh",
        right: "- id: migrate\n  run: ./migrate.sh\n  protect: [{sqlite: /srv/app/app.db}]")

    package static let commitWithoutProbe = DiagnosticCode(
        "R502", "a commit step without done_when",
        """
        Whether the point of no return was passed decides between going on and rolling back. A commit step that fails or
        is interrupted is therefore probed; `done_when` is the probe.
        """,
        wrong: "- id: publish\n  commit: true\n  run: ./publish",
        right: "- id: publish\n  commit: true\n  run: ./publish\n  done_when: {run: ./is-published}")

    package static let unorderedCommit = DiagnosticCode(
        "R503", "a change that is neither before nor after a commit step",
        """
        What a commit step needs is committed with it, what needs it comes after. A change beside it would be neither, and
        a rollback could not tell whether to take it back. The same goes for instances of `foreach`.
        """,
        wrong: "- id: publish\n  commit: true\n- id: tidy\n  needs: []\n  run: ./tidy",
        right: "- id: publish\n  commit: true\n- id: tidy\n  needs: [publish]\n  run: ./tidy")

    package static let uselessRelease = DiagnosticCode(
        "R504", "a release without sense",
        """
        `release` ends a temporary change by its undo when other steps have ended: there must be an undo, and those steps
        must not come before the change.
        """,
        wrong: "- id: maintenance_on\n  run: ./on\n  undo: none\n  release: {after: [migrate]}",
        right: "- id: maintenance_on\n  run: ./on\n  undo: {run: ./off}\n  release: {after: [migrate]}")

    package static let contradictoryUndo = DiagnosticCode(
        "R505", "contradictory statements about undo",
        """
        A step is undone in one way. `protect` goes together with an `undo` of actions, which then run before the snapshot
        is restored, but not with `undo: none`, `irreversible` or `read_only`.
        """,
        wrong: "undo: {run: ./down}\nirreversible: \"cannot be undone\"", right: "undo: {run: ./down}")

    package static let undoUsesLater = DiagnosticCode(
        "R506", "an undo, verify or apply that uses a step not needed",
        """
        An undo runs with the outputs of its own step and of those that its step needs. Steps that come later are undone
        before it, or never ran.
        """,
        wrong: "- id: add\n  run: ./add\n  undo: {command: [./remove, \"${{ steps.later.outputs.id }}\"]}",
        right: "- id: add\n  run: ./add\n  undo: {command: [./remove, \"${{ steps.add.outputs.id }}\"]}")

    package static let senseless = DiagnosticCode(
        "R507", "settings that make no sense together",
        """
        For example a pause that is longer than the window, or a probe where there is none.
        """,
        wrong: "until_stable: {times: 3, every: 5m, within: 1m}",
        right: "until_stable: {times: 3, every: 5s, within: 1m}")

    package static let actionNotAllowed = DiagnosticCode(
        "R508", "an action at the wrong place",
        """
        Undo actions, `apply` and handlers run when the run's direction or outcome is decided already; there nothing can
        end the run, ask for approval or reboot.
        """,
        wrong: "undo: {end: {outcome: failed}}", right: "undo: {run: ./down}")

    package static let notPerformed = DiagnosticCode(
        "R600", "an action or check that this version does not perform",
        """
        The file format is complete, but this version of Belay cannot perform all of it yet. The runbook is refused now,
        rather than stopping half-way.
        """,
        wrong: "- id: check\n  manual: {text: Look at the dashboard}",
        right: "- id: check\n  run: ./look-at-dashboard\n  read_only: true")
}

extension DiagnosticCode {
    static let effectCodes: [DiagnosticCode] = [
        .undeclaredEffect, .commitWithoutProbe, .unorderedCommit, .uselessRelease, .contradictoryUndo, .undoUsesLater,
        .senseless, .actionNotAllowed,
    ]

    static let performCodes: [DiagnosticCode] = [.notPerformed]
}
