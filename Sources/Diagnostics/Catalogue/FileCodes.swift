// R0xx: files and YAML syntax.

extension DiagnosticCode {
    package static let unreadableFile = DiagnosticCode(
        "R001", "a file cannot be read",
        """
        The file does not exist, is a directory, or may not be read by the user that Belay runs as. A runbook is named by
        its path, or by its name if it stands in one of the runbook paths.
        """,
        wrong: "belay validate runbooks/updaet.yml", right: "belay validate runbooks/update.yml")

    package static let fileTooLarge = DiagnosticCode(
        "R002", "a file is too large",
        """
        Belay reads runbooks, profiles and value files of at most 4 MiB. Something that large is nearly always the wrong
        file; data belongs into a file that a step reads.
        """,
        wrong: "belay validate backup.tar", right: "belay validate backup.yml")

    package static let notUTF8 = DiagnosticCode(
        "R003", "a file is not UTF-8",
        """
        Belay reads UTF-8 only. The place is that of the first byte that does not belong there. Save the file as UTF-8, or
        convert it: iconv -f LATIN1 -t UTF-8.
        """,
        wrong: "title: Pr\u{FFFD}fung    # saved as Latin-1", right: "title: Prüfung    # saved as UTF-8")

    package static let forbiddenCharacter = DiagnosticCode(
        "R004", "a character that YAML forbids",
        """
        NUL and other control characters, and a byte order mark in the middle of a file, are not allowed in YAML. Inside
        double quotes they can be written as escapes, for example "\\u001b".
        """,
        wrong: "title: ring the bell ␇", right: "title: \"ring the bell \\a\"")

    package static let yamlSyntax = DiagnosticCode(
        "R005", "not well-formed YAML",
        """
        The file cannot be read as YAML from this place on, so that only this one mistake is reported. Look at the line
        above, too: an open quote, bracket or a wrong indentation shows only later.
        """,
        wrong: "needs: [backup, fetch\nrun: make install", right: "needs: [backup, fetch]\nrun: make install")

    package static let tabIndentation = DiagnosticCode(
        "R006", "a tab where YAML wants spaces",
        """
        YAML indents with spaces; a tab cannot start a token. Tabs inside quoted text and scripts are fine.
        """,
        wrong: "steps:\n\t- id: fetch", right: "steps:\n  - id: fetch")

    package static let nestedTooDeeply = DiagnosticCode(
        "R007", "nested too deeply",
        """
        Lists and maps may be nested 64 deep, aliases counted as what they stand for. No runbook needs that; reading stops
        at once, because deep nesting is a known way to keep a YAML reader busy.
        """,
        wrong: "a: [[[[[[ … 65 times … ]]]]]]", right: "a: [[1, 2], [3, 4]]")

    package static let tooManyNodes = DiagnosticCode(
        "R008", "too many values, aliases counted as what they stand for",
        """
        A file may have 500,000 values after its aliases have been replaced. A few lines of aliases of aliases can stand
        for billions.
        """,
        wrong: "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]   # and so on",
        right: "a: &a [x, x, x, x]\nb: *a")

    package static let severalDocuments = DiagnosticCode(
        "R009", "more than one document in a file",
        """
        A file holds one runbook. A line of three dashes starts another YAML document; only the first would be used, so it
        is refused.
        """,
        wrong: "runbook: update\n---\nrunbook: rollback", right: "runbook: update    # and rollback.yml beside it")

    package static let emptyFile = DiagnosticCode(
        "R010", "an empty file",
        """
        The file has no content beside comments.
        """,
        wrong: "# to be written", right: "runbook: update\ntitle: Update the service\nsteps: []")

    package static let duplicateKey = DiagnosticCode(
        "R011", "a key given twice",
        """
        YAML keeps one of two equal keys and drops the other without a word. Decide which one is meant.
        """,
        wrong: "- id: fetch\n  timeout: 5m\n  timeout: 10m", right: "- id: fetch\n  timeout: 10m")

    package static let unknownTag = DiagnosticCode(
        "R012", "an unknown YAML tag",
        """
        Only the tags of the core schema (!!str, !!int, !!float, !!bool, !!null, !!seq, !!map) are allowed. Text that is
        to start with an exclamation mark must be quoted.
        """,
        wrong: "config: !vault abc", right: "config: \"!vault abc\"")

    package static let mergeKey = DiagnosticCode(
        "R013", "a merge key",
        """
        `<<` belongs to YAML 1.1 and means nothing in the core schema of YAML 1.2. Write the keys out, or give the whole
        value by an alias.
        """,
        wrong: "retry:\n  <<: *patient\n  attempts: 5", right: "retry: {attempts: 5, delay: 2s}")

    package static let badAlias = DiagnosticCode(
        "R014", "an alias that stands for nothing",
        """
        `*name` repeats the value that was marked with `&name` earlier in the file. There is no such mark before this
        place, or the alias stands inside the value that it names. Text that is to start with an asterisk must be quoted.
        """,
        wrong: "retry: *patient", right: "retry: &patient {attempts: 5}    # later: retry: *patient")

    package static let keyNotScalar = DiagnosticCode(
        "R015", "a key that is not plain text",
        """
        Keys are names. A list or map as a key is allowed by YAML and never meant here; mostly a value that starts with a
        brace or bracket lacks quotes.
        """,
        wrong: "env:\n  {A: 1}: x", right: "env:\n  A: x")

    package static let unquotedExpression = DiagnosticCode(
        "R016", "an expression that YAML reads as something else",
        """
        In YAML `!` starts a tag, `[` a list, `{` a map, `&` an anchor, `*` an alias, and a quote ends where its partner
        stands. An expression that starts with one of these must be quoted as a whole; text in a block (`|`) needs no
        quotes.
        """,
        wrong: "when: !inputs.dry_run\nwhen: [1, 2].exists(n, n > 1)\nwhen: \"a\" in inputs.list",
        right: "when: \"!inputs.dry_run\"\nwhen: \"[1, 2].exists(n, n > 1)\"\nwhen: '\"a\" in inputs.list'")

    package static let unquotedColon = DiagnosticCode(
        "R017", "a colon and a space inside unquoted text",
        """
        In unquoted text a colon followed by a space starts a map, even between quotation marks. Quote the whole value, or
        write it as a block with `|`.
        """,
        wrong: "run: echo \"a: b\"", right: "run: |\n  echo \"a: b\"")

    package static let unquotedBrackets = DiagnosticCode(
        "R018", "unquoted text with brackets inside braces or brackets",
        """
        Between `{ }` and `[ ]` the brackets of `${{ … }}` and of an expression such as `list[0]` are read as YAML. Quote
        the text; a string that is exactly one `${{ … }}` keeps the type of its expression, so that nothing is lost.
        """,
        wrong: "http: {url: ${{ system.health.url }}}", right: "http: {url: \"${{ system.health.url }}\"}")
}

extension DiagnosticCode {
    package static let cutByComment = DiagnosticCode(
        "R019", "text that a comment cuts off",
        """
        In unquoted text a `#` behind a space starts a comment, even between quotation marks; the rest would be lost without
        a word. Quote the whole value, or write it as a block with `|`.
        """,
        wrong: "run: grep \"^ #\" app.conf", right: "run: |\n  grep \"^ #\" app.conf")

    static let fileCodes: [DiagnosticCode] = [
        .unreadableFile, .fileTooLarge, .notUTF8, .forbiddenCharacter, .yamlSyntax, .tabIndentation, .nestedTooDeeply,
        .tooManyNodes, .severalDocuments, .emptyFile, .duplicateKey, .unknownTag, .mergeKey, .badAlias, .keyNotScalar,
        .unquotedExpression, .unquotedColon, .unquotedBrackets, .cutByComment,
    ]
}
