import Testing

@testable import RunbookLoading

@Suite struct YAMLTrapTests {
    @Test(arguments: [
        ("when: !inputs.dry_run", "R016", "'!inputs.dry_run'"),
        ("when: !x", "R016", "'!x'"),
        ("when: ! inputs.x", "R016", "'! inputs.x'"),
        (#"run: echo "a #b" c"#, "R019", #"'echo "a #b" c'"#),
        (#"when: a == 'x #1'"#, "R019", #""a == 'x #1'""#),
        ("when: !has(inputs.x)", "R016", "'!has(inputs.x)'"),
        ("when: !(a && b)", "R016", "'!(a && b)'"),
        ("when: !(a || b)", "R016", "'!(a || b)'"),
        ("when: [1, 2].exists(n, n > 1)", "R016", "'[1, 2].exists(n, n > 1)'"),
        ("when: {'a': 1}.size() > 0", "R016", "\"{'a': 1}.size() > 0\""),
        (#"when: "a" in inputs.list"#, "R016", #"'"a" in inputs.list'"#),
        ("when: 'a' in inputs.list # why", "R016", #""'a' in inputs.list""#),
        ("when: a ? b : c", "R017", "'a ? b : c'"),
        (#"- that: "a" == b"#, "R016", #"'"a" == b'"#),
        (#"run: echo "a: b""#, "R017", "run: |\n            echo \"a: b\""),
        ("x: {x: ${{ y }}}", "R018", #"write "${{ y }}""#),
        ("x: [a, ${{ y }}/z]", "R018", #"write "${{ y }}/z""#),
        ("x: {url: ${{ a }}/b-${{ c }}, d: e}", "R018", #"write "${{ a }}/b-${{ c }}""#),
        ("x: {\n  a: b,\n  c: ${{ y }}\n}", "R018", #"write "${{ y }}""#),
        (#"x: {a: headers["b"], c: d}"#, "R018", #"write 'headers["b"]'"#),
        ("x: [a.filter(n, n in [1, 2]), b]", "R018", #"write "a.filter(n, n in [1, 2])""#),
        ("steps:\n\t- id: x", "R006", "indent with spaces"),
    ])
    func theQuotedFormIsShown(text: String, code: String, help: String) {
        for text in [text + "\n", "runbook: x\n\(text)\nmore: 1\n"] {
            let problems = read(text).problems
            #expect(problems.contains("error[\(code)]"), "\(problems)")
            #expect(problems.contains(help), "\(problems)")
            #expect(problems.hasSuffix("\n1 error\n"), "\(problems)")
        }
    }

    @Test(arguments: [
        "x: ${{ y }}", "x: '${{ y }}'", "x: [\"${{ y }}\"]", "when: \"!x\"", "when: a && b", "title: don't # it's",
        "when: a == \"b\" # \"c\"", "run: |\n  echo \"a: b\"",
        "when: inputs.a == \"#1\"", "x: {y: \"a}${{ z }}\"}",
    ])
    func whatIsQuotedIsAccepted(text: String) {
        #expect(read(text + "\n").problems == "")
    }

    @Test(arguments: ["needs: [a, b\nrun: x", "a: 'open", "a: b\n c: d", "? [a]: b", "- a\nb: c"])
    func whatIsNoTrapIsASyntaxError(text: String) {
        let problems = read(text + "\n").problems
        #expect(problems.contains("error[R005]") || problems.contains("error[R015]"), "\(problems)")
    }
}
