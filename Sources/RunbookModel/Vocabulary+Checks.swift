extension KindDeclaration {
    private typealias Key = Shape.Key

    /// Every check of the format.
    static let checks: [KindDeclaration] =
        processChecks + networkChecks + hostChecks + dataChecks + logicChecks

    private static let processChecks: [KindDeclaration] = [
        KindDeclaration(
            "run", "A script: 0 met; 126, 127, a signal or a timeout inconclusive; else not met.", result: .process,
            .either([
                .script,
                .record([
                    Key("file", .path, required: true, "the script, pinned in the run"),
                    Key("args", .list(.string), "its arguments"),
                    Key("not_met", .oneOrMany(.int(1...125)), "the exit codes that mean no; others are inconclusive"),
                ]),
            ])),
        KindDeclaration(
            "command", "A program, judged as `run`.", result: .process,
            .either([
                .list(.string),
                .record([
                    Key("argv", .list(.string), required: true, "program and arguments"),
                    Key("not_met", .oneOrMany(.int(1...125)), "the exit codes that mean no; others are inconclusive"),
                ]),
            ])),
        KindDeclaration(
            "plugin", "A monitoring plugin: 0 met, 1 warn, 2 not met, 3 inconclusive.", result: .process,
            .either([.script, .list(.string)])),
        KindDeclaration(
            "process", "A process is running.",
            .record([
                Key("name", .string, "its name"), Key("pidfile", .path, "a file with its pid"),
                Key("match", .string, "a pattern on its command line"),
            ])),
        KindDeclaration(
            "service", "A service of the profile is active.",
            .either([
                .string,
                .record([
                    Key("name", .string, required: true, "a name under `services:` of the system profile"),
                    Key("state", .choice(["started", "stopped"]), "default started"),
                ]),
            ])),
    ]

    private static let networkChecks: [KindDeclaration] = [
        KindDeclaration(
            "http", "An HTTP request answers as expected.", result: .http,
            .record(httpRequestKeys + [Key("within", .duration, "how long one answer may take")])),
        KindDeclaration(
            "tcp", "A TCP port accepts connections.",
            .record([
                Key("host", .string, "default localhost"), Key("port", .int(1...65535), required: true, "the port"),
                Key("within", .duration, "how long it may take"),
            ])),
        KindDeclaration(
            "certificate", "A certificate, and the chain with it, is valid long enough.",
            .record([
                Key("path", .path, "a file: PEM, with any number of certificates, or DER"),
                Key("url", .url, "an `https` server"), Key("host", .string, "a server"),
                Key("port", .int(1...65535), "its port; default 443"),
                Key("server_name", .string, "what the server is asked for; default its host name"),
                Key("valid_for", .string, "the host name or address that the certificate must be for"),
                Key("days_left", .comparison, required: true, "how many days it must last"),
            ])),
    ]

    private static let hostChecks: [KindDeclaration] = [
        KindDeclaration(
            "file", "A file is as it should be.",
            .record([
                Key("path", .path, required: true, "the file"), Key("exists", .bool, "whether it is there"),
                Key("mode", .mode, "its mode"), Key("owner", .string, "user or user:group"),
                Key("max_age", .duration, "how old at most"), Key("min_size", .size, "how big at least"),
                Key("contains", .string, "a text in it"), Key("sha256", .string, "its digest"),
            ])),
        KindDeclaration(
            "archive", "An archive is whole: every byte of it is read and compared with its manifest.",
            .record([
                Key("path", .path, required: true, "the archive"),
                Key("max_age", .duration, "how long ago it was made at most"),
                Key(
                    "verify", .choice(["manifest", "archive"]),
                    "default `manifest`; `archive` also takes one without a manifest"),
            ])),
        KindDeclaration(
            "disk", "Room on a filesystem.",
            .record([
                Key("path", .path, required: true, "a path on it"), Key("free", .comparison, "free bytes or percent"),
                Key("used", .comparison, "used bytes or percent"), Key("inodes_free", .comparison, "free inodes"),
            ])),
        KindDeclaration(
            "memory", "Memory of the host.",
            .record([
                Key("free", .comparison, "available bytes or percent"), Key("used", .comparison, "bytes or percent"),
                Key("swap_used", .comparison, "bytes or percent"),
            ])),
        KindDeclaration(
            "load", "Load average of the host.",
            .record([
                Key("one", .comparison, "over 1 minute"), Key("five", .comparison, "over 5 minutes"),
                Key("fifteen", .comparison, "over 15 minutes"), Key("per_cpu", .bool, "divided by the CPUs"),
            ])),
        KindDeclaration(
            "time", "Now is inside a window.",
            .record([
                Key("between", .list(.timeOfDay), "from and to"),
                Key("days", .list(.choice(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])), "days of the week"),
                Key("zone", .string, "time zone; default the host's"),
            ])),
    ]

    private static let dataChecks: [KindDeclaration] = [
        KindDeclaration(
            "metric", "A number inside its limits.", result: .metric,
            .record([
                Key("run", .script, "a script that prints it"), Key("command", .list(.string), "a program"),
                Key("http", .record(httpRequestKeys), "a request"),
                Key(
                    "sqlite",
                    .record([
                        Key("path", .path, required: true, "the database"),
                        Key("query", .string, required: true, "SQL"),
                    ]), "a query"),
                Key("value", .expression(.metric, variables: []), required: true, "the number"),
                Key("unit", .string, "its unit, for people"),
                Key("warn", .comparison, "when it warns"), Key("fail", .comparison, "when it is not met"),
            ])),
        KindDeclaration(
            "sqlite", "A query on a SQLite database, or its integrity.", result: .query,
            .record([
                Key("path", .path, required: true, "the database"), Key("query", .string, "SQL that only reads"),
                Key("equals", .value, "what the first column of the first row must be"),
                Key("expect", .expression(.query, variables: []), "a condition on `rows` and `value`"),
                Key("integrity", .bool, "runs an integrity check"),
            ])),
    ]

    private static let logicChecks: [KindDeclaration] = [
        KindDeclaration("that", "An expression is true.", .expression(.none, variables: [])),
        KindDeclaration("all", "All of these hold.", .checks),
        KindDeclaration("any", "At least one of these holds.", .checks),
        KindDeclaration("not", "This does not hold.", .checks),
    ]
}
