import Diagnostics

/// The call that is being checked.
struct Call {
    let name: String
    let nameRange: Range<Int>
    let range: Range<Int>
}

extension Checker {
    mutating func checkCall(_ call: Call, _ receiver: Syntax?, _ arguments: [Syntax]) -> Checked {
        if let receiver, let space = dottedName(receiver) {
            let name = "\(space).\(call.name)"
            let overloads = environment.overloads(name)
            let range = receiver.range.lowerBound..<call.nameRange.upperBound
            if !overloads.isEmpty {
                return apply(
                    Call(name: name, nameRange: range, range: call.range), overloads, arguments.map { check($0) })
            }
            if StandardFunctions.namespaces.contains(space) {
                let near = nearest(to: name, in: StandardFunctions.table.keys)
                return fail("unknown function '\(name)'", range, help: near.map { "did you mean '\($0)'?" })
            }
        }
        let overloads = environment.overloads(call.name)
        let operands = ((receiver.map { [$0] } ?? []) + arguments).map { check($0) }
        let fitting = overloads.filter { $0.isMember == (receiver != nil) }
        guard !fitting.isEmpty else { return unknownFunction(call, overloads, operands) }
        return apply(call, fitting, operands)
    }

    private mutating func unknownFunction(_ call: Call, _ others: [Overload], _ operands: [Checked]) -> Checked {
        let help: String?
        if let other = others.first {
            help = other.isMember ? "write a.\(call.name)(…)" : "write \(call.name)(a, …)"
        } else {
            help = Self.functionHelp[call.name] ?? nearFunction(call.name).map { "did you mean '\($0)'?" }
        }
        return fail("unknown function '\(call.name)'", call.nameRange, help: help)
    }

    private func nearFunction(_ name: String) -> String? {
        nearest(to: name, in: Array(StandardFunctions.table.keys) + Array(environment.functions.keys) + Self.macroNames)
    }

    private static let macroNames = [
        "has", "all", "exists", "exists_one", "map", "filter", "transformList", "transformMap", "optMap",
    ]

    /// Names from other languages.
    private static let functionHelp: [String: String] = [
        "len": "did you mean 'size'?", "length": "did you mean 'size'?", "count": "did you mean 'size'?",
        "lower": "did you mean 'lowerAscii'?", "upper": "did you mean 'upperAscii'?",
        "toLower": "did you mean 'lowerAscii'?", "toUpper": "did you mean 'upperAscii'?",
        "strip": "did you mean 'trim'?", "any": "did you mean 'exists'?", "str": "did you mean 'string'?",
        "float": "did you mean 'double'?", "fromJSON": "did you mean 'json'?", "parse_json": "did you mean 'json'?",
        "now": "expressions read no clock; run.started is the time the run began",
        "default": "write a.?b.orValue(c)",
    ]

    /// A call with checked arguments, of the overloads that fit them.
    private mutating func apply(_ call: Call, _ overloads: [Overload], _ arguments: [Checked]) -> Checked {
        let nodes = arguments.map(\.node)
        var fitting = overloads
        var result = ValueType.dyn
        if isStrict {
            guard let (matches, type) = resolve(overloads, arguments.map(\.type)) else {
                return noOverload(call, overloads, arguments)
            }
            (fitting, result) = (matches, type)
        }
        if call.name == "matches", nodes.count == 2, case .string(let text)? = nodes[1].constant {
            if let node = matchNode(call, text, nodes) { return Checked(node: node, type: .bool) }
        }
        let node = CallNode(call.name, fitting, nodes, call.range)
        reportConstantFailure(node, nodes)
        return Checked(node: folded(node, nodes), type: result)
    }

    private mutating func matchNode(_ call: Call, _ text: String, _ nodes: [any Node]) -> (any Node)? {
        do throws(PatternProblem) {
            let node = MatchNode(nodes[0], try Pattern(text), call.range)
            return folded(node, [nodes[0]])
        } catch {
            guard environment.strictness == .full else { return nil }
            report("invalid pattern: \(error.message)", nodes[1].range)
            return nil
        }
    }

    /// A call of literals that fails will fail whenever it is evaluated, so it is said at once.
    private mutating func reportConstantFailure(_ node: CallNode, _ nodes: [any Node]) {
        guard environment.strictness == .full, node.name != "matches", !nodes.isEmpty,
            case .failure(let problem)? = constantResult(of: node, nodes)
        else { return }
        report(problem.message, problem.range)
    }

    private mutating func noOverload(_ call: Call, _ overloads: [Overload], _ arguments: [Checked]) -> Checked {
        let types = arguments.map { inference.resolve($0.type) }
        let isMember = overloads[0].isMember
        let given = (isMember ? types.dropFirst() : types[...]).map(\.description).joined(separator: ", ")
        let wanted = overloads.prefix(4).map { $0.signature(call.name) }
        let receiver = isMember ? "\(types[0])." : ""
        return fail(
            "\(receiver)\(call.name) does not take (\(given))", call.range,
            help: "write \(wanted.joined(separator: " or "))\(overloads.count > 4 ? " …" : "")")
    }

    /// The overloads that the arguments may fit, and the type of the result.
    ///
    /// Without dynamic parts in the arguments the first that fits is the one.
    private mutating func resolve(_ overloads: [Overload], _ arguments: [ValueType]) -> ([Overload], ValueType)? {
        var fitting: [Overload] = []
        var result: ValueType?
        let isDynamic = arguments.contains { inference.resolve($0).mentionsDynamic }
        let before = inference
        var learned = inference
        for overload in overloads where overload.takes(arguments.count) {
            let types = inference.instantiate(arguments.indices.map { overload.parameter($0) } + [overload.result])
            var fits = true
            for (wanted, given) in zip(types, arguments) where fits { fits = inference.unify(wanted, given) }
            guard fits else {
                inference = before
                continue
            }
            let found = inference.resolve(types[types.count - 1])
            guard isDynamic else { return ([overload], found) }
            (learned, inference) = (inference, before)
            fitting.append(overload)
            result = result.map { $0 == found ? found : .dyn } ?? found
        }
        // What was learned from one of several possible overloads must not stay.
        if fitting.count == 1 { inference = learned }
        return result.map { (fitting, $0) }
    }
}

extension Overload {
    /// The call as it is written in help, such as `string.split(string)`.
    fileprivate func signature(_ name: String) -> String {
        let types = (isMember ? parameters.dropFirst() : parameters[...]).map(\.description)
        let more = isVariadic ? ", …" : ""
        return "\(isMember ? "\(parameters[0])." : "")\(name)(\(types.joined(separator: ", "))\(more))"
    }
}
