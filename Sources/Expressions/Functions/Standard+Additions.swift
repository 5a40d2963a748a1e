extension StandardFunctions {
    static let encoders: [Function] = [
        Function(
            "base64.encode",
            [
                .global([.bytes], .string) { arguments, budget throws(FunctionFailure) in
                    let bytes = arguments[0].asBytes ?? []
                    try budget.spend(bytes: bytes.count * 2)
                    return .string(Base64.encode(bytes))
                }
            ]),
        Function(
            "base64.decode",
            [
                .global([.string], .bytes) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: arguments.string(0).utf8.count)
                    guard let bytes = Base64.decode(arguments.string(0)) else {
                        throw FunctionFailure("this is not base64")
                    }
                    return .bytes(bytes)
                }
            ]),
    ]

    static let versions: [Function] = [
        Function(
            "semver",
            [
                .global([.string], .version) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: arguments.string(0).utf8.count)
                    guard let version = SemanticVersion(arguments.string(0)) else {
                        throw FunctionFailure("'\(arguments.string(0).prefix(60))' is not a version such as 1.2.3")
                    }
                    return .version(version)
                },
                .global([.version], .version) { arguments, _ in arguments[0] },
            ]),
        number("major") { $0.major }, number("minor") { $0.minor }, number("patch") { $0.patch },
    ]

    private static func number(_ name: String, _ part: @escaping @Sendable (SemanticVersion) -> UInt64) -> Function {
        let overload = Overload.member([.version], .int) { arguments, _ throws(FunctionFailure) in
            guard case .version(let version) = arguments[0], let number = Int64(exactly: part(version)) else {
                throw FunctionFailure("this number is outside the range of int")
            }
            return .int(number)
        }
        return Function(name, [overload])
    }

    /// Belay's functions on texts.
    static let additions: [Function] = [
        text("size_bytes", .int) { text throws(FunctionFailure) in
            guard let size = ByteSize.parse(text) else {
                throw FunctionFailure("'\(text.prefix(60))' is not a size such as 512MiB or 2GB")
            }
            return .int(size)
        },
        text("json", .dyn, weight: 4) { text throws(FunctionFailure) in
            do throws(JSONProblem) { return try JSONText.parse(text) } catch {
                throw FunctionFailure("this is not JSON: \(error.message) at byte \(error.offset)")
            }
        },
        text("lines", .list(.string), weight: 4) { text in .list(lines(text)) },
        text("basename", .string) { .string(basename($0)) },
        text("dirname", .string) { .string(dirname($0)) },
    ]

    private static func text(
        _ name: String, _ result: ValueType, weight: Int = 1,
        _ body: @escaping @Sendable (String) throws(FunctionFailure) -> Value
    ) -> Function {
        Function(
            name,
            .either([.string], result) { arguments, budget throws(FunctionFailure) in
                try budget.spend(bytes: arguments.string(0).utf8.count * weight)
                return try body(arguments.string(0))
            })
    }

    /// The lines of a text without their ends; a line break at the end of the text begins no further line.
    private static func lines(_ text: String) -> [Value] {
        var lines = Array(text.utf8).split(separator: Ascii.newline, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line in
            let end = line.last == Ascii.carriageReturn ? line.dropLast() : line
            return .string(String(decoding: end, as: UTF8.self))
        }
    }

    /// The last part of a path, as basename(1) has it.
    private static func basename(_ path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.last.map(String.init) ?? (path.isEmpty ? "" : "/")
    }

    /// The path without its last part, as dirname(1) has it.
    private static func dirname(_ path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        rest = rest[..<slash]
        while rest.last == "/" { rest.removeLast() }
        return rest.isEmpty ? "/" : String(rest)
    }
}
