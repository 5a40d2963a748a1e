// R3xx: expressions.

extension DiagnosticCode {
    package static let expressionSyntax = DiagnosticCode(
        "R301", "an expression that cannot be read",
        """
        Expressions are CEL, the Common Expression Language: C-like, `&&` and `||` and `!`, text in single or double
        quotes, `in` for lists and maps. In other texts they stand between `${{` and `}}`.
        """,
        wrong: "when: inputs.count > 3 and inputs.force", right: "when: inputs.count > 3 && inputs.force")

    package static let expressionCheck = DiagnosticCode(
        "R302", "an expression with unknown names or types that do not fit",
        """
        Names and types are checked when the runbook is loaded: inputs, steps and their outputs, entries of `env`, keys of
        the profile (those that `requires.system` lists, where it lists any), functions and operators.
        """,
        wrong: "when: inputs.verison == \"1.2.0\"", right: "when: inputs.version == \"1.2.0\"")

    package static let wrongResult = DiagnosticCode(
        "R303", "an expression that gives the wrong type",
        """
        A condition must give true or false, `foreach` a list. A value that is one `${{ … }}` keeps its type, which must
        fit the key.
        """,
        wrong: "when: inputs.version", right: "when: inputs.version != \"\"")

    package static let misplacedSecret = DiagnosticCode(
        "R304", "a secret where it would be seen",
        """
        Secrets may stand only where they are neither journaled nor shown: in `env`, `stdin`, the headers and body of
        `http`, and values of `config` and `files`. Arguments of programs are visible to every user of the host.
        """,
        wrong: "command: [login, \"${{ secrets.token }}\"]", right: "command: [login]\nstdin: ${{ secrets.token }}")

    package static let notNeeded = DiagnosticCode(
        "R305", "a reference to a step that need not have ended",
        """
        An expression may use the state and outputs of steps that its step needs, directly or through others. Without the
        need, the order of the two would be chance.
        """,
        wrong: "- id: probe\n  run: ./probe\n- id: act\n  needs: []\n  when: steps.probe.state == \"succeeded\"",
        right: "- id: probe\n  run: ./probe\n- id: act\n  needs: [probe]\n  when: steps.probe.state == \"succeeded\"")

    package static let templateInScript = DiagnosticCode(
        "R306", "${{ … }} in a script",
        """
        Scripts are never interpolated, so that a hostile value cannot become shell code. Values reach a script as
        environment variables: every input as INPUT_NAME, others through `env:`. Use them in double quotes. `command:`
        takes a list of arguments, in which interpolation is safe.
        """,
        wrong: "run: tar -xzf app-${{ inputs.version }}.tgz", right: "run: tar -xzf \"app-$INPUT_VERSION.tgz\"")

    package static let notInterpolated = DiagnosticCode(
        "R307", "${{ … }} where it is not evaluated",
        """
        Names, titles of runbooks, words and guards are fixed when the file is loaded, so that plans and lists can show
        them. A literal `${{` is written `$${{`.
        """,
        wrong: "title: Update ${{ inputs.version }}    # of a runbook", right: "title: Update a service")

    package static let badPattern = DiagnosticCode(
        "R308", "not a regular expression",
        """
        Patterns have the syntax of RE2: no backreferences and no look-around, so that matching takes bounded time.
        """,
        wrong: "pattern: \"[0-9\"", right: "pattern: \"[0-9]+\"")

    package static let wrappedExpression = DiagnosticCode(
        "R309", "an expression in ${{ … }}",
        """
        `when`, `that`, `expect`, `foreach`, `key`, `outputs` and `set` take an expression as it is.
        """,
        wrong: "when: ${{ inputs.force }}", right: "when: inputs.force")
}

extension DiagnosticCode {
    static let expressionCodes: [DiagnosticCode] = [
        .expressionSyntax, .expressionCheck, .wrongResult, .misplacedSecret, .notNeeded, .templateInScript,
        .notInterpolated, .badPattern, .wrappedExpression,
    ]
}
