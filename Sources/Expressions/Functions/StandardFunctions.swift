/// The functions that every expression can call.
enum StandardFunctions {
    /// All overloads by name; made once, when the first expression is checked.
    static let table: [String: [Overload]] = {
        let subjects = [
            conversions, sizes, texts, moreTexts, lists, moments, spans, mathematics, bits, optionals, encoders,
            versions, additions,
        ]
        let pairs = subjects.joined().map { ($0.name, $0.overloads) }
        return Dictionary(pairs, uniquingKeysWith: +)
    }()

    /// What stands before the dot of functions such as `math.abs`.
    static let namespaces: Set<String> = Set(
        table.keys.compactMap { name in name.firstIndex(of: ".").map { String(name[..<$0]) } })
}

extension Overload {
    /// Called as `f(a, b)`.
    static func global(
        _ parameters: [ValueType], _ result: ValueType, _ implementation: @escaping Implementation
    ) -> Overload { Overload(parameters, result, implementation: implementation) }

    /// Called as `a.f(b)`.
    static func member(
        _ parameters: [ValueType], _ result: ValueType, _ implementation: @escaping Implementation
    ) -> Overload { Overload(parameters, result, isMember: true, implementation: implementation) }
}

extension [Overload] {
    /// Called as `f(a)` or `a.f()`.
    static func either(
        _ parameters: [ValueType], _ result: ValueType, _ implementation: @escaping Overload.Implementation
    ) -> [Overload] { [.global(parameters, result, implementation), .member(parameters, result, implementation)] }
}

/// Arguments of an implementation; `Overload.accepts` has looked at their types.
extension [Value] {
    func string(_ index: Int) -> String { self[index].asString ?? "" }
    func int(_ index: Int) -> Int64 { self[index].asInt ?? 0 }
    func double(_ index: Int) -> Double { self[index].asDouble ?? .nan }
    func list(_ index: Int) -> [Value] { self[index].asList ?? [] }
}
