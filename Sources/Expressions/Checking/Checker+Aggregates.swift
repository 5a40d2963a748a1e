extension Checker {
    mutating func checkList(_ elements: [Syntax.Element], _ range: Range<Int>) -> Checked {
        var nodes: [(node: any Node, isOptional: Bool)] = []
        var type: ValueType?
        for element in elements {
            let checked = check(element.value)
            nodes.append((checked.node, element.isOptional))
            let found = element.isOptional ? unwrapped(checked) : checked.type
            type = type.map { inference.join($0, found) } ?? found
        }
        let node = folded(ListNode(nodes, range), nodes.map(\.node))
        return Checked(node: node, type: .list(type ?? inference.fresh()))
    }

    mutating func checkMap(_ entries: [Syntax.Entry], _ range: Range<Int>) -> Checked {
        var nodes: [MapNode.Entry] = []
        var types: (key: ValueType, value: ValueType)?
        for entry in entries {
            let (key, value) = (check(entry.key), check(entry.value))
            nodes.append((key.node, value.node, entry.isOptional))
            let found = (key: keyType(key), value: entry.isOptional ? unwrapped(value) : value.type)
            types =
                types.map { (inference.join($0.key, found.key), inference.join($0.value, found.value)) } ?? found
        }
        checkDuplicates(entries)
        let node = folded(MapNode(nodes, range), nodes.flatMap { [$0.key, $0.value] })
        return Checked(node: node, type: .map(types?.key ?? inference.fresh(), types?.value ?? inference.fresh()))
    }

    /// The type of a key; `dyn` for all that is none, so that no type grows on both sides at once.
    private mutating func keyType(_ key: Checked) -> ValueType {
        let type = inference.resolve(key.type)
        switch type {
        case .string, .int, .uint, .bool, .parameter: return type
        default:
            if isStrict, !type.isDynamic { report("\(type) cannot be the key of a map", key.node.range) }
            return .dyn
        }
    }

    private mutating func checkDuplicates(_ entries: [Syntax.Entry]) {
        guard environment.strictness == .full else { return }
        var seen: Set<MapKey> = []
        for entry in entries {
            guard case .literal(let value) = entry.key.kind, let key = MapKey(value) else { continue }
            if !seen.insert(key).inserted { report("this key is there twice", entry.key.range) }
        }
    }

    /// The type inside an optional, which is what `?` needs.
    private mutating func unwrapped(_ checked: Checked) -> ValueType {
        let inner = inference.fresh()
        require(.optional(inner), checked, "a value after '?'")
        return inference.resolve(inner)
    }

    mutating func checkBind(_ name: String, _ value: Syntax, _ body: Syntax, _ range: Range<Int>) -> Checked {
        let bound = check(value)
        return within([(name, bound.type)]) { checker, slots in
            let result = checker.check(body)
            return Checked(node: BindNode(slots[0], bound.node, result.node, range), type: result.type)
        }
    }

    mutating func checkOptionalMap(
        _ operand: Syntax, _ name: String, _ body: Syntax, isFlat: Bool, _ range: Range<Int>
    ) -> Checked {
        let source = check(operand)
        let inner = inference.fresh()
        require(.optional(inner), source, "what '\(isFlat ? "optFlatMap" : "optMap")' is called on")
        return within([(name, inner)]) { checker, slots in
            let result = checker.check(body)
            let node = OptionalMapNode(source.node, slots[0], result.node, isFlat: isFlat, range)
            guard isFlat else { return Checked(node: node, type: .optional(result.type)) }
            checker.require(.optional(checker.inference.fresh()), result, "the result of optFlatMap")
            return Checked(node: node, type: result.type)
        }
    }

    mutating func checkComprehension(_ comprehension: Syntax.Comprehension, _ range: Range<Int>) -> Checked {
        let source = check(comprehension.source)
        let types = itemTypes(source)
        let names = comprehension.variables
        let variables =
            names.count == 1 ? [(names[0], types.single)] : [(names[0], types.first), (names[1], types.second)]
        return within(variables) { checker, slots in
            let condition = comprehension.condition.map { checker.check($0) }
            if let condition { checker.require(.bool, condition, "the condition of a macro") }
            let body = checker.check(comprehension.body)
            let parts = Parts(
                iteration: Iteration(source: source.node, slots: slots), condition: condition?.node, body: body,
                item: types.single, key: types.first)
            return checker.assemble(comprehension.macro, parts, range)
        }
    }

    private struct Parts {
        let iteration: Iteration
        let condition: (any Node)?
        let body: Checked
        let item, key: ValueType
    }

    private mutating func assemble(_ macro: Syntax.Macro, _ parts: Parts, _ range: Range<Int>) -> Checked {
        let (iteration, body) = (parts.iteration, parts.body)
        switch macro {
        case .all, .exists, .existsOne, .filter: require(.bool, body, "the predicate of a macro")
        case .transformMapEntry:
            require(.map(inference.fresh(), inference.fresh()), body, "what transformMapEntry gives")
        case .map, .transformMap: break
        }
        return switch macro {
        case .all:
            Checked(node: QuantifierNode(iteration, body.node, decisive: false, range), type: .bool)
        case .exists:
            Checked(node: QuantifierNode(iteration, body.node, decisive: true, range), type: .bool)
        case .existsOne: Checked(node: ExactlyOneNode(iteration, body.node, range), type: .bool)
        case .filter:
            Checked(node: CollectNode(iteration, condition: body.node, body: nil, range), type: .list(parts.item))
        case .map:
            Checked(
                node: CollectNode(iteration, condition: parts.condition, body: body.node, range),
                type: .list(body.type))
        case .transformMap, .transformMapEntry:
            Checked(
                node: TransformMapNode(
                    iteration, condition: parts.condition, body: body.node, givesEntries: macro == .transformMapEntry,
                    range),
                type: macro == .transformMap ? .map(parts.key, body.type) : body.type)
        }
    }

    /// The types of a macro's variables: one alone, or two.
    private mutating func itemTypes(_ source: Checked) -> (single: ValueType, first: ValueType, second: ValueType) {
        guard isStrict else { return (.dyn, .dyn, .dyn) }
        switch inference.resolve(source.type) {
        case .list(let element): return (element, .int, element)
        case .map(let key, let value): return (key, key, value)
        case .record: return (.string, .string, .dyn)
        case .dyn, .parameter, .error, .wrapper: return (.dyn, .dyn, .dyn)
        case let other:
            report("\(other) has no elements to go over", source.node.range, help: "a list or a map is needed")
            return (.error, .error, .error)
        }
    }
}
