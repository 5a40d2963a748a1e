/// The extension for strings; places in a text are counted in code points.
extension StandardFunctions {
    static let moreTexts: [Function] = [
        text("charAt", [.int], .string) { scalars, arguments throws(FunctionFailure) in
            let index = try place(arguments.int(1), in: scalars.count)
            return .string(index < scalars.count ? String(scalars[index]) : "")
        },
        Function("indexOf", [searching([.string, .string]), searching([.string, .string, .int])]),
        Function("lastIndexOf", [searchingBack([.string, .string]), searchingBack([.string, .string, .int])]),
        ascii("lowerAscii") { $0.isLetter ? $0 | 0x20 : $0 },
        ascii("upperAscii") { $0.isLetter ? $0 & ~0x20 : $0 },
        Function("replace", [replacing([.string, .string, .string]), replacing([.string, .string, .string, .int])]),
        Function("split", [splitting([.string, .string]), splitting([.string, .string, .int])]),
        text("substring", [.int], .string) { scalars, arguments throws(FunctionFailure) in
            .string(text(scalars[try place(arguments.int(1), in: scalars.count)...]))
        },
        text("substring", [.int, .int], .string) { scalars, arguments throws(FunctionFailure) in
            let (start, end) = (
                try place(arguments.int(1), in: scalars.count), try place(arguments.int(2), in: scalars.count)
            )
            guard start <= end else { throw FunctionFailure("the substring's start \(start) is after its end \(end)") }
            return .string(text(scalars[start..<end]))
        },
        text("trim", [], .string) { scalars, _ in
            let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
            let end = (scalars.lastIndex { !$0.properties.isWhitespace } ?? -1) + 1
            return .string(text(scalars[start..<max(start, end)]))
        },
        text("reverse", [], .string) { scalars, _ in .string(text(scalars.reversed()[...])) },
        Function("join", [joining([.list(.string)]), joining([.list(.string), .string])]),
        Function(
            "format",
            [
                .member([.string, .list(.dyn)], .string) { arguments, budget throws(FunctionFailure) in
                    var formatter = TextFormatter(arguments.list(1))
                    return .string(try formatter.format(arguments.string(0), &budget))
                }
            ]),
        Function(
            "strings.quote",
            [
                .global([.string], .string) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: arguments.string(0).utf8.count)
                    return .string(quoted(arguments.string(0)))
                }
            ]),
    ]

    private typealias Body =
        @Sendable (_ scalars: [Unicode.Scalar], _ arguments: [Value]) throws(FunctionFailure) ->
        Value

    /// A method of strings that works on code points.
    private static func text(_ name: String, _ parameters: [ValueType], _ result: ValueType, _ body: @escaping Body)
        -> Function
    {
        let overload = Overload.member([.string] + parameters, result) { arguments, budget throws(FunctionFailure) in
            try budget.spend(arguments.string(0).utf8.count)
            return try body(Array(arguments.string(0).unicodeScalars), arguments)
        }
        return Function(name, [overload])
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func ascii(_ name: String, _ change: @escaping @Sendable (UInt8) -> UInt8) -> Function {
        let overload = Overload.member([.string], .string) { arguments, budget throws(FunctionFailure) in
            try budget.spend(bytes: arguments.string(0).utf8.count)
            return .string(String(decoding: arguments.string(0).utf8.map(change), as: UTF8.self))
        }
        return Function(name, [overload])
    }

    /// A place from the start of the text to just after its end.
    private static func place(_ index: Int64, in count: Int) throws(FunctionFailure) -> Int {
        guard index >= 0, index <= count else {
            throw FunctionFailure("the index \(index) is outside the text, which has \(count) characters")
        }
        return Int(index)
    }

    private static func searching(_ parameters: [ValueType]) -> Overload {
        .member(parameters, .int) { arguments, budget throws(FunctionFailure) in
            try budget.spend(bytes: arguments.string(0).utf8.count * 2 + arguments.string(1).utf8.count)
            let haystack = Array(arguments.string(0).utf8)
            var start = 0
            if arguments.count == 3 { start = try byteOffset(arguments.int(2), in: arguments.string(0)) }
            let found = ByteSearch(arguments.string(1).utf8).first(in: haystack, from: start)
            return .int(found.map { Int64(characters(haystack[..<$0])) } ?? -1)
        }
    }

    private static func searchingBack(_ parameters: [ValueType]) -> Overload {
        .member(parameters, .int) { arguments, budget throws(FunctionFailure) in
            try budget.spend(bytes: arguments.string(0).utf8.count * 2 + arguments.string(1).utf8.count)
            let haystack = Array(arguments.string(0).utf8)
            var limit = haystack.count
            if arguments.count == 3 { limit = try byteOffset(arguments.int(2), in: arguments.string(0)) }
            let found = ByteSearch(arguments.string(1).utf8).last(in: haystack, upTo: limit)
            return .int(found.map { Int64(characters(haystack[..<$0])) } ?? -1)
        }
    }

    private static func byteOffset(_ index: Int64, in text: String) throws(FunctionFailure) -> Int {
        let scalars = text.unicodeScalars
        let place = try place(index, in: scalars.count)
        return text.utf8.distance(from: text.startIndex, to: scalars.index(scalars.startIndex, offsetBy: place))
    }

    /// How many code points the bytes are.
    private static func characters(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }

    private static func replacing(_ parameters: [ValueType]) -> Overload {
        .member(parameters, .string) { arguments, budget throws(FunctionFailure) in
            let limit = arguments.count == 4 && arguments.int(3) >= 0 ? Int(arguments.int(3)) : .max
            let pieces = try pieces(arguments.string(0), arguments.string(1), atMost: limit, &budget)
            try budget.spend(bytes: pieces.count * arguments.string(2).utf8.count)
            return .string(pieces.joined(separator: arguments.string(2)))
        }
    }

    private static func splitting(_ parameters: [ValueType]) -> Overload {
        .member(parameters, .list(.string)) { arguments, budget throws(FunctionFailure) in
            let limit = arguments.count == 3 && arguments.int(2) >= 0 ? Int(arguments.int(2)) : .max
            if limit == 0 { return .list([]) }
            var parts = try pieces(arguments.string(0), arguments.string(1), atMost: limit - 1, &budget)
            // Between characters there is an empty separator, but not before the first or after the last.
            if arguments.string(1).isEmpty {
                if limit == 1 { return .list([arguments[0]]) }
                parts = try characters(arguments.string(0), atMost: limit, &budget)
            }
            return .list(parts.map { .string($0) })
        }
    }

    private static func characters(_ text: String, atMost limit: Int, _ budget: inout Budget) throws(FunctionFailure)
        -> [String]
    {
        let scalars = Array(text.unicodeScalars)
        try budget.spend(scalars.count)
        guard scalars.count > limit else { return scalars.map { String($0) } }
        return scalars[..<(limit - 1)].map { String($0) } + [self.text(scalars[(limit - 1)...])]
    }

    /// The text cut at a separator, so many times at most; an empty separator stands around every character.
    private static func pieces(_ text: String, _ separator: String, atMost limit: Int, _ budget: inout Budget)
        throws(FunctionFailure) -> [String]
    {
        try budget.spend(bytes: text.utf8.count * 2 + separator.utf8.count)
        if separator.isEmpty {
            let all = try characters(text, atMost: .max, &budget)
            let cuts = min(limit, all.count + 1)
            if cuts == 0 { return [text] }
            let single = all[..<(cuts - 1)]
            return [""] + single + [all[(cuts - 1)...].joined()]
        }
        let bytes = Array(text.utf8)
        let search = ByteSearch(separator.utf8)
        var pieces: [String] = []
        var start = 0
        while pieces.count < limit, let found = search.first(in: bytes, from: start) {
            try budget.spend(1)
            pieces.append(String(decoding: bytes[start..<found], as: UTF8.self))
            start = found + separator.utf8.count
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }

    private static func joining(_ parameters: [ValueType]) -> Overload {
        .member(parameters, .string) { arguments, budget throws(FunctionFailure) in
            let separator = arguments.count == 2 ? arguments.string(1) : ""
            var parts: [String] = []
            for element in arguments.list(0) {
                guard case .string(let part) = element else {
                    throw FunctionFailure("join needs a list of strings, found \(element.typeWord)")
                }
                try budget.spend(bytes: part.utf8.count + separator.utf8.count)
                parts.append(part)
            }
            return .string(parts.joined(separator: separator))
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
