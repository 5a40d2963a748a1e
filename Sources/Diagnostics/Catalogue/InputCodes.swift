// R4xx: inputs, profiles and requirements.

extension DiagnosticCode {
    package static let badDefault = DiagnosticCode(
        "R401", "a default that the input itself does not allow",
        """
        The default must have the type of the input and keep to `pattern`, `choices`, `min` and `max`.
        """,
        wrong: "level: {choices: [low, high], default: medium}", right: "level: {choices: [low, high], default: low}")

    package static let contradictoryInput = DiagnosticCode(
        "R402", "guards of an input that contradict it or each other",
        """
        `min` and `max` go with int, number, version, duration and size; `pattern` with string, version, path and url.
        """,
        wrong: "keep: {type: int, min: 5, max: 3}", right: "keep: {type: int, min: 3, max: 5}")

    package static let missingProfileKey = DiagnosticCode(
        "R403", "a system profile without what the runbook requires",
        """
        `requires.system` lists the keys of the profile that the runbook uses; they are checked before anything starts. A
        key that may be absent is listed as {key: optional} and used with `?.` or has().
        """,
        wrong: "requires: {system: [health.url]}    # and the profile has no health.url",
        right: "health: {url: \"http://localhost:8080/health\"}    # in the profile")

    package static let unknownInput = DiagnosticCode(
        "R404", "a value for an input that does not exist",
        """
        `with` gives values to the inputs that the included runbook declares.
        """,
        wrong: "runbook: backup\nwith: {target: /srv}", right: "runbook: backup\nwith: {to: /srv}")

    package static let missingInput = DiagnosticCode(
        "R405", "an included runbook without a value that it needs",
        """
        An input without a default must be given under `with`. The inputs of the including runbook are not passed on by
        themselves.
        """,
        wrong: "runbook: backup", right: "runbook: backup\nwith: {to: \"${{ inputs.to }}\"}")
}

extension DiagnosticCode {
    static let inputCodes: [DiagnosticCode] = [
        .badDefault, .contradictoryInput, .missingProfileKey, .unknownInput, .missingInput,
    ]
}
