// R1xx: keys and types.

extension DiagnosticCode {
    package static let unknownKey = DiagnosticCode(
        "R101", "an unknown key",
        """
        Keys are checked, so that a misspelt one is not silently without effect. `belay schema` gives an editor the keys
        of every place.
        """,
        wrong: "- id: fetch\n  tiemout: 5m", right: "- id: fetch\n  timeout: 5m")

    package static let missingKey = DiagnosticCode(
        "R102", "a missing key",
        """
        Something that has no sensible default is not given.
        """,
        wrong: "service: {name: app}", right: "service: {name: app, state: started}")

    package static let wrongType = DiagnosticCode(
        "R103", "a value of the wrong type",
        """
        A list, a mapping, text, a number or true and false stands where another of these is expected. Where text is
        expected the source text counts, so that versions need no quotes: 1.20 stays 1.20.
        """,
        wrong: "needs: fetch", right: "needs: [fetch]")

    package static let badName = DiagnosticCode(
        "R104", "a name with forbidden characters",
        """
        Ids of steps, names of inputs and keys of profiles stand in expressions, and so are lower-case letters, digits and
        underscores with a letter first. Names of runbooks and systems may have hyphens, too.
        """,
        wrong: "- id: Stop-App", right: "- id: stop_app")

    package static let unknownWord = DiagnosticCode(
        "R105", "a word that is not one of the possible ones",
        """
        The key takes one of a few words. `on`, `off`, `yes` and `no` are ordinary text in YAML 1.2.
        """,
        wrong: "on_failure: rolback", right: "on_failure: rollback")

    package static let badQuantity = DiagnosticCode(
        "R106", "not a duration, size, number, time or comparison",
        """
        Durations are numbers with a unit (500ms, 30s, 5m, 2h, 7d, 1h30m); sizes are bytes with a unit (512KiB, 10MB,
        2GiB); times of day are quoted ("02:00"); comparisons are quoted, too (">= 2GiB", "< 80%").
        """,
        wrong: "timeout: 5 minutes", right: "timeout: 5m")

    package static let outOfRange = DiagnosticCode(
        "R107", "a number out of range",
        """
        The number is too small or too large to make sense at this place.
        """,
        wrong: "retry: {attempts: 0}", right: "retry: {attempts: 3}")

    package static let badMode = DiagnosticCode(
        "R108", "a file mode that is not a quoted octal number",
        """
        YAML 1.2 reads 0640 as the decimal number 640. A mode is therefore text: three or four octal digits in quotes.
        """,
        wrong: "umask: 027", right: "umask: \"027\"")

    package static let severalActions = DiagnosticCode(
        "R109", "more than one action or check",
        """
        A step has exactly one action, so that it is clear what its undo takes back and what a resume repeats. A check has
        one kind; several checks are a list.
        """,
        wrong: "- id: install\n  run: make install\n  service: {name: app, state: restarted}",
        right: "- id: install\n  run: make install\n- id: restart\n  service: {name: app, state: restarted}")

    package static let emptyStep = DiagnosticCode(
        "R110", "a step, check or undo without content",
        """
        A step needs an action or `verify`; a check needs a kind; an undo in full needs an action.
        """,
        wrong: "- id: healthy\n  timeout: 5m", right: "- id: healthy\n  verify: [{tcp: {port: 8080}}]\n  timeout: 5m")

    package static let conflictingKeys = DiagnosticCode(
        "R111", "keys that exclude each other",
        """
        Each of the keys makes sense, but not both at once.
        """,
        wrong: "until_stable: {times: 3, for: 30m, within: 1h}", right: "until_stable: {for: 30m, within: 1h}")

    package static let misplacedKey = DiagnosticCode(
        "R112", "a key that has no effect at its place",
        """
        The key exists, but not for a step or check of this form; it would be ignored.
        """,
        wrong: "- id: healthy\n  verify: [{tcp: {port: 8080}}]\n  undo: {run: ./stop}",
        right: "- id: start\n  run: ./start\n  verify: [{tcp: {port: 8080}}]\n  undo: {run: ./stop}")

    package static let nameNotFile = DiagnosticCode(
        "R113", "a name that is not the file's",
        """
        `runbook:` equals the base name of its file, and `system:` that of its profile, so that a name leads to one file
        and a copied file is noticed.
        """,
        wrong: "runbook: backup    # in update.yml", right: "runbook: update    # in update.yml")

    package static let reservedKey = DiagnosticCode(
        "R114", "a key that is reserved",
        """
        `host`, `hosts`, `batches` and `between` will place steps on other hosts. In this version every step runs where
        Belay runs; a step reaches other hosts by a program such as ssh.
        """,
        wrong: "- id: stop\n  host: web1\n  run: systemctl stop app",
        right: "- id: stop\n  command: [ssh, web1, systemctl, stop, app]")

    package static let emptyList = DiagnosticCode(
        "R115", "an empty list where something must be",
        """
        A list of steps, checks, actions or words without an entry has no meaning, and mostly something was forgotten.
        """,
        wrong: "verify: []", right: "verify: [{tcp: {port: 8080}}]")
}

extension DiagnosticCode {
    static let keyCodes: [DiagnosticCode] = [
        .unknownKey, .missingKey, .wrongType, .badName, .unknownWord, .badQuantity, .outOfRange, .badMode,
        .severalActions, .emptyStep, .conflictingKeys, .misplacedKey, .nameNotFile, .reservedKey, .emptyList,
    ]
}
