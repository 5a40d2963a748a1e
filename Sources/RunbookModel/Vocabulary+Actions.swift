extension KindDeclaration {
    private typealias Key = Shape.Key

    /// Every action of the format (`steps`, `runbook` and `first_of` are forms of a step, see `StepBody`).
    static let actions: [KindDeclaration] = processActions + serviceActions + flowActions + peopleActions + dataActions

    private static let processActions: [KindDeclaration] = [
        KindDeclaration(
            "run", "Runs a shell script, or a pinned script file.", effect: .mutating, result: .process,
            .either([
                .script,
                .record([
                    Key("file", .path, required: true, "the script, pinned in the run"),
                    Key("args", .list(.string), "its arguments"),
                ]),
            ])),
        KindDeclaration(
            "command", "Runs a program with an argument list, without a shell.", effect: .mutating, result: .process,
            .list(.string)),
        KindDeclaration(
            "http", "Sends an HTTP request.", effect: .mutating, result: .http,
            .record(
                httpRequestKeys + [
                    Key("save_to", .path, "where the body goes; relative to the step's directory")
                ])),
    ]

    /// The keys of a request, shared by the action, the check and metrics.
    static let httpRequestKeys: [Shape.Key] = [
        Key("url", .url, required: true, "the address"),
        Key(
            "method", .choice(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
            "default GET, or POST with a body"),
        Key("headers", .mapping(.string), secrets: true, "request headers"),
        Key("body", .string, secrets: true, "the body as text"),
        Key("json", .value, secrets: true, "the body as JSON"),
        Key("status", .oneOrMany(.int(100...599)), "accepted status codes; default any 2xx"),
        Key("expect", .expression(.http, variables: []), "a condition on the answer"),
        Key("insecure", .bool, "accept any certificate"),
        Key("ca", .path, "a file of trusted certificates"),
    ]

    private static let serviceActions: [KindDeclaration] = [
        KindDeclaration(
            "service", "Brings a service of the profile into a state.", effect: .reversible,
            .record([
                Key("name", .string, required: true, "a name under `services:` of the system profile"),
                Key("state", .choice(["started", "stopped", "restarted", "reloaded"]), required: true, "the state"),
            ])),
        KindDeclaration(
            "reboot", "Reboots this host and goes on after boot.", effect: .mutating, performed: false,
            .record([Key("within", .duration, "how long the boot may take")])),
    ]

    private static let flowActions: [KindDeclaration] = [
        KindDeclaration(
            "wait", "Waits for a time, a time of day, or until checks hold.",
            .either([
                .duration,
                .record([
                    Key("at", .timeOfDay, "a time of day"),
                    Key("until", .checks, "checks that must hold"),
                    Key("every", .duration, "pause between two looks"),
                    Key("within", .duration, "how long at most"),
                ]),
            ])),
        KindDeclaration(
            "set", "Computes outputs.", .mapping(.expression(.none, variables: []))),
        KindDeclaration(
            "notify", "Sends a message through a channel of belay.yml.",
            .record([
                Key("to", .oneOrMany(.string), required: true, "channels"),
                Key("severity", .choice(["info", "warning", "error", "critical"]), "default info"),
                Key("title", .string, "a first line"),
                Key("text", .string, required: true, "the message"),
                Key("required", .bool, "whether a message that cannot be delivered fails the step"),
            ])),
        KindDeclaration(
            "end", "Ends the run here.",
            .record([
                Key("outcome", .choice(["succeeded", "failed"]), required: true, "the forward result"),
                Key("disposition", .choice(["resolved", "mitigated", "escalated", "no_action"]), "how it ended"),
                Key("message", .string, "why"),
            ])),
    ]

    private static let audienceKeys: [Shape.Key] = [
        Key("users", .list(.string), "users of the host"),
        Key("groups", .list(.string), "groups of the host"),
    ]

    private static let personKeys: [Shape.Key] = [
        Key("text", .string, required: true, "what to do or to decide, in Markdown"),
        Key("form", .form, "fields to fill in, declared like inputs; also `required: false`"),
        Key("checklist", .list(.string), "items to tick"),
        Key("evidence", .choice(["required", "optional"]), "whether evidence must be given"),
        Key("tell", .oneOrMany(.string), "channels that hear of it"),
        Key("remind", .record([Key("every", .duration, required: true, "how often")]), "reminders"),
        Key(
            "escalate",
            .list(
                .record([
                    Key("after", .duration, required: true, "how long"),
                    Key("to", .oneOrMany(.string), required: true, "channels"),
                ])), "who hears of it when nobody answers"),
        Key("due", .duration, "when it should be done"),
    ]

    private static let peopleActions: [KindDeclaration] = [
        KindDeclaration(
            "manual", "A person does something.", effect: .mutating,
            .record([Key("by", .record(audienceKeys), "who may answer")] + personKeys)),
        KindDeclaration(
            "approve", "A person decides whether the run goes on.",
            .record(
                [
                    Key(
                        "by",
                        .record(
                            audienceKeys + [
                                Key("quorum", .int(1...100), "how many different persons must approve"),
                                Key("not_requester", .bool, "whoever started the run may not decide"),
                            ]), "who may decide")
                ] + personKeys + [Key("expires", .duration, "when the question is answered with no")])),
        KindDeclaration(
            "confirm", "The person who starts types something.",
            .record([
                Key("text", .string, required: true, "the question"),
                Key("type", .string, "what must be typed"),
            ])),
    ]

    private static let pathPair: Shape = .record([
        Key("from", .path, required: true, "the source"), Key("to", .path, required: true, "the target"),
    ])

    private static let fileOperation: Shape = .record([
        Key("copy", pathPair, "makes `to` an exact copy of a file or tree"),
        Key("move", pathPair, "moves a file or tree"),
        Key(
            "write",
            .record([
                Key("path", .path, required: true, "the file"),
                Key("content", .string, required: true, secrets: true, "its text"),
                Key("mode", .mode, "its mode"), Key("owner", .string, "user or user:group"),
            ]), "writes a file"),
        Key(
            "template",
            .record([
                Key("from", .path, required: true, "the template, pinned in the run"),
                Key("to", .path, required: true, "the file"), Key("mode", .mode, "its mode"),
                Key("owner", .string, "user or user:group"),
            ]), "writes a file from a template with `${{ }}`"),
        Key(
            "link",
            .record([
                Key("path", .path, required: true, "the link"), Key("to", .path, required: true, "where it points"),
            ]),
            "replaces a symbolic link atomically"),
        Key(
            "mkdir",
            .either([
                .path,
                .record([
                    Key("path", .path, required: true, "the directory"), Key("mode", .mode, "its mode"),
                    Key("owner", .string, "its owner"),
                ]),
            ]), "makes a directory"),
        Key(
            "mode",
            .record([Key("path", .path, required: true, "the file"), Key("mode", .mode, required: true, "the mode")]),
            "changes a mode"),
        Key(
            "owner",
            .record([
                Key("path", .path, required: true, "the file"), Key("owner", .string, required: true, "the owner"),
            ]),
            "changes an owner"),
        Key("delete", .path, "deletes a file or tree"),
    ])

    private static func edit(_ name: String, _ summary: String) -> Key {
        Key(
            name,
            .record([
                Key("path", .string, required: true, "where"),
                Key("value", .value, required: true, secrets: true, variables: ["doc"], "what"),
            ]), summary)
    }

    /// One change of `config`, and of a hop in a migration file.
    package static let configChange: Shape = .record([
        edit("set", "sets a value; mappings above it are made"),
        edit("default", "sets a value where there is none"),
        Key(
            "move",
            .record([
                Key("from", .string, required: true, "from where"), Key("to", .string, required: true, "to where"),
                Key("else", .value, secrets: true, variables: ["doc"], "the value where both are absent"),
            ]), "moves a value"),
        Key("delete", .string, "deletes a value"),
        edit("merge", "lays a mapping over the one that is there"),
        edit("append", "adds an item to a list that does not have it"),
        Key("when", .expression(.none, variables: ["doc"]), "only then; `doc` is the file as data"),
    ])

    private static let dataActions: [KindDeclaration] = [
        KindDeclaration(
            "files", "Changes files.", effect: .reversible, .oneOrMany(fileOperation)),
        KindDeclaration(
            "config", "Edits or migrates a configuration file as data.", effect: .reversible,
            .record([
                Key("file", .path, required: true, "the file"),
                Key("format", .choice(["yaml", "json", "ini", "env"]), "default by its name"),
                Key("changes", .list(configChange), "edits"),
                Key(
                    "migrate",
                    .record([
                        Key("to", .string, required: true, "the version to reach"),
                        Key("using", .path, required: true, "the migration file, pinned in the run"),
                    ]), "versioned edits"),
            ])),
        KindDeclaration(
            "backup", "Writes an archive with a manifest, and verifies it.", effect: .reversible,
            .record([
                Key(
                    "to", .path, required: true,
                    "the archive; its end says which: `.tar.gz`, `.tgz`, `.tar.zst`, `.tzst` or `.tar`"),
                Key("include", .list(.path), "files and directories that go in"),
                Key("exclude", .list(.string), "patterns of what does not, as under `protect`"),
                Key("sqlite", .list(.path), "databases, through the online backup"),
                Key(
                    "keep",
                    .record([
                        Key("count", .int(1...100_000), "the last so many, this one included"),
                        Key("age", .duration, "those that are no older"),
                    ]), "which archives of the series stay: those that either part keeps"),
            ])),
        KindDeclaration(
            "restore", "Restores from an archive that was verified first.", effect: .reversible,
            .record([
                Key("from", .path, required: true, "the archive"),
                Key("to", .path, "a directory below which everything is put, instead of where it came from"),
                Key("only", .list(.string), "which parts: paths as they were included"),
                Key(
                    "verify", .choice(["manifest", "archive"]),
                    "default `manifest`; `archive` also takes one without a manifest, which others made"),
            ])),
        KindDeclaration(
            "collect", "Gathers evidence into the artifacts.",
            .mapping(
                .record([
                    Key("run", .script, "the output of a script"), Key("command", .list(.string), "of a program"),
                    Key("copy", .path, "a file"), Key("http", .record(httpRequestKeys), "an answer"),
                ]))),
    ]
}
