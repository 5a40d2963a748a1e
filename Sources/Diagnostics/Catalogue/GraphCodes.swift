// R2xx: names and graph.

extension DiagnosticCode {
    package static let duplicateStep = DiagnosticCode(
        "R201", "two steps with one id",
        """
        The ids of a list of steps are unique: needs, outputs, the journal and the commands of an operator refer to them.
        Steps in different groups may share an id, since their address begins with that of the group.
        """,
        wrong: "- id: check\n  run: ./a\n- id: check\n  run: ./b",
        right: "- id: check_a\n  run: ./a\n- id: check_b\n  run: ./b")

    package static let ambiguousRunbook = DiagnosticCode(
        "R202", "one name for two runbooks",
        """
        Included runbooks are looked for beside the file that includes them first. Two files of one run in different
        directories would thereby mean different runbooks by the same name.
        """,
        wrong: "# db/all.yml includes backup (db/backup.yml); all.yml includes backup (backup.yml)",
        right: "# db/all.yml includes db-backup (db/db-backup.yml)")

    package static let unknownStep = DiagnosticCode(
        "R203", "an unknown step",
        """
        `needs` and `release.after` name steps of the same list. A step in a group is not named from outside: need the
        group.
        """,
        wrong: "- id: install\n  needs: [bakcup]", right: "- id: install\n  needs: [backup]")

    package static let cycle = DiagnosticCode(
        "R204", "things that wait for each other",
        """
        Following the needs of a step leads back to it, so that none of these steps could ever start. The same goes for the
        services of a profile and their `after`.
        """,
        wrong: "- id: a\n  needs: [b]\n- id: b\n  needs: [a]", right: "- id: b\n- id: a\n  needs: [b]")

    package static let unreachableStep = DiagnosticCode(
        "R205", "a step that can never run",
        """
        The step needs one that ends the run without a condition. A step without `needs` needs the step before it.
        """,
        wrong: "- id: done\n  end: {outcome: succeeded}\n- id: after\n  run: ./after",
        right: "- id: done\n  when: inputs.short\n  end: {outcome: succeeded}\n- id: after\n  run: ./after")

    package static let runbookNotFound = DiagnosticCode(
        "R206", "an included runbook that does not exist",
        """
        An included runbook is looked for beside the file that includes it, then in the runbook paths of `belay.yml`.
        """,
        wrong: "- id: backup\n  runbook: bakcup", right: "- id: backup\n  runbook: backup")

    package static let inclusionCycle = DiagnosticCode(
        "R207", "a runbook that includes itself",
        """
        The runbook is part of itself, directly or through others, and the graph would have no end.
        """,
        wrong: "# a.yml: runbook: b    b.yml: runbook: a", right: "# a.yml and b.yml: runbook: common")

    package static let unknownService = DiagnosticCode(
        "R208", "an unknown service",
        """
        `service` names an entry under `services:` of the system profile; nothing else is started or stopped. A runbook
        that lists `services.NAME` under `requires.system` can use those.
        """,
        wrong: "service: {name: ap, state: stopped}", right: "service: {name: app, state: stopped}")

    package static let tooManySteps = DiagnosticCode(
        "R210", "too many steps",
        """
        A run may have 100,000 steps, those of included runbooks counted each time they are included. For many alike
        things use `foreach`, or a script.
        """,
        wrong: "# a includes b ten times, b includes c ten times, and so on",
        right: "- id: each\n  foreach: inputs.hosts")

    package static let unknownChannel = DiagnosticCode(
        "R209", "an unknown channel",
        """
        `notify` of `belay.yml` names entries of its `channels`.
        """,
        wrong: "channels: {ops: {file: ops.log}}\nnotify: {attention: op}",
        right: "channels: {ops: {file: ops.log}}\nnotify: {attention: ops}")
}

extension DiagnosticCode {
    static let graphCodes: [DiagnosticCode] = [
        .duplicateStep, .ambiguousRunbook, .unknownStep, .cycle, .unreachableStep, .runbookNotFound, .inclusionCycle,
        .unknownService, .unknownChannel, .tooManySteps,
    ]
}
