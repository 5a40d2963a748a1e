import Glibc

@testable import Expressions

/// One case as the files have it.
struct ConformanceCase {
    private let json: Value

    /// `../shared` beside the package, or what BELAY_SHARED names.
    static let directory: String = {
        if let shared = getenv("BELAY_SHARED") { return String(cString: shared) + "/cel/conformance" }
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/../shared/cel/conformance"
    }()

    static let isPresent = access(directory, R_OK) == 0

    static func read(_ file: String) throws -> [ConformanceCase] {
        let path = "\(directory)/\(file).json"
        guard let handle = fopen(path, "r") else { throw Missing(path: path) }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, handle), count > 0 { bytes += buffer[..<count] }
        return try JSONText.parse(bytes).asList?.map { ConformanceCase(json: $0) } ?? []
    }

    struct Missing: Error { let path: String }

    /// What is wrong with our answer; nil where it is right.
    var failure: String? {
        let expression = json["expr"]?.asString ?? ""
        let name = "\(json["section"]?.asString ?? "")/\(json["name"]?.asString ?? ""): \(expression.prefix(200))"
        switch answer(expression) {
        case .failure(let problem):
            return expectsError && problem.isEvaluation ? nil : "\(name): \(problem.message)"
        case .success(let value):
            if expectsError { return "\(name): expected an error, got \(value)" }
            let wanted = Self.corrected[name] ?? json["value"].map(Self.value) ?? true
            return value.isTwin(of: wanted) ? nil : "\(name): expected \(wanted), got \(value)"
        }
    }

    /// Upstream wrote these with `\?` for `?` in its text protos, of which the reader of Python left the backslash in
    /// the value but not in the expression (cel-spec pull requests 512 and 525).
    private static let corrected: [String: Value] = [
        #"bytes_literals/triple_single_quoted_unescaped_punctuation: b''' ? " ' ` '''"#: .bytes(
            Array(#" ? " ' ` "#.utf8)),
        #"bytes_literals/triple_double_quoted_unescaped_punctuation: b""" ? " ' ` """"#: .bytes(
            Array(#" ? " ' ` "#.utf8)),
    ]

    private var expectsError: Bool { json["eval_error"] != nil }

    private struct Problem: Error {
        let message: String
        let isEvaluation: Bool
    }

    private func answer(_ source: String) -> Result<Value, Problem> {
        let environment = Environment(
            variables: Dictionary(
                uniqueKeysWithValues: (json["type_env"]?.asList ?? []).map { declaration in
                    (declaration["name"]?.asString ?? "", Self.type(declaration["ident"]?["type"] ?? .null))
                }),
            strictness: json["disable_check"] == true ? .unchecked : .standard)
        let parsed = ParsedExpression.parse(source, expandsMacros: json["disable_macros"] != true)
        switch parsed.flatMap({ $0.check(in: environment) }) {
        case .failure(let problems):
            return .failure(Problem(message: "\(problems.all.map(\.message))", isEvaluation: false))
        case .success(let expression):
            if json["check_only"] == true { return .success(true) }
            let bindings = (json["bindings"]?.asMap ?? [:]).map { ($0.key.asString ?? "", $0.value["value"] ?? .null) }
            do throws(EvaluationProblem) {
                let values = Dictionary(uniqueKeysWithValues: bindings.map { ($0.0, Self.value($0.1)) })
                return .success(try expression.evaluate(DictionaryBindings(values)))
            } catch {
                return .failure(Problem(message: error.message, isEvaluation: true))
            }
        }
    }

    /// A type in the JSON mapping of `cel.expr.Type`.
    private static func type(_ json: Value) -> ValueType {
        if let list = json["list_type"] { return .list(type(list["elem_type"] ?? .null)) }
        if let map = json["map_type"] { return .map(type(map["key_type"] ?? .null), type(map["value_type"] ?? .null)) }
        if json.asMap?["null"] != nil { return .null }
        switch json["primitive"]?.asString {
        case "BOOL": return .bool
        case "INT64": return .int
        case "UINT64": return .uint
        case "DOUBLE": return .double
        case "STRING": return .string
        case "BYTES": return .bytes
        default: return .dyn
        }
    }

    /// A value in the JSON mapping of `cel.expr.Value`.
    private static func value(_ json: Value) -> Value {
        guard let entry = json.asMap?.first, let kind = entry.key.asString else { return .null }
        switch kind {
        case "bool_value", "string_value": return entry.value
        case "int64_value": return .int(Int64(entry.value.asString ?? "") ?? 0)
        case "uint64_value": return .uint(UInt64(entry.value.asString ?? "") ?? 0)
        case "double_value":
            return .double(entry.value.asDouble ?? entry.value.asString.flatMap { Double($0) } ?? 0)
        case "bytes_value": return .bytes(Base64.decode(entry.value.asString ?? "") ?? [])
        case "list_value": return .list((entry.value["values"]?.asList ?? []).map(value))
        case "map_value":
            var map = ValueMap()
            for pair in entry.value["entries"]?.asList ?? [] {
                map[value(pair["key"] ?? .null)] = value(pair["value"] ?? .null)
            }
            return .map(map)
        case "type_value":
            return .type(ValueType.denoted(by: entry.value.asString ?? "") ?? .named(entry.value.asString ?? ""))
        default: return .null
        }
    }
}

extension Value {
    /// Equal in type and value; NaN is NaN here.
    fileprivate func isTwin(of other: Value) -> Bool {
        switch (self, other) {
        case (.double(let one), .double(let two)): one == two || (one.isNaN && two.isNaN)
        default: self == other
        }
    }
}
