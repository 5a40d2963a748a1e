import Expressions
import RunJournal
import RunPlan
import RunbookModel

/// Inputs that are declared `secret: true`: the journal has their names only, so that each driver must find their values.
enum SecretInputs {
    /// The inputs as they are pinned: a secret that was given stands there as null. One that has its default is in the
    /// runbook for all to read, and is no secret.
    static func pinned(_ inputs: ValueMap, _ declarations: [InputDeclaration], given: Set<String>) -> String {
        let secret = Set(declarations.filter(\.isSecret).map(\.name)).intersection(given)
        return Value.map(
            ValueMap(
                inputs.compactMap { entry in
                    entry.key.asString.map { ($0, secret.contains($0) ? .null : entry.value) }
                })
        ).json()
    }

    /// The names of the pinned inputs whose values must be found again.
    static func names(_ pinned: Pinned, _ runbook: Runbook) -> [String] {
        guard let inputs = try? JSONText.parse(pinned.inputs).asMap else { return [] }
        return runbook.inputs.filter { $0.isSecret && inputs[$0.name] == .null }.map(\.name)
    }

    /// The pinned inputs, with the values of secret ones as far as they are known.
    static func restored(_ json: String, _ runbook: Runbook, _ secrets: [String: Value]) throws -> [String: Value] {
        guard case .map(let map) = try JSONText.parse(json) else { return [:] }
        let secret = Set(runbook.inputs.filter(\.isSecret).map(\.name))
        var given: [String: Value] = [:]
        for entry in map {
            guard let name = entry.key.asString else { continue }
            given[name] = secret.contains(name) && entry.value == .null ? secrets[name] : entry.value
        }
        return given
    }

    /// The value of a secret input from the environment (`BELAY_INPUT_<NAME>`); nil where it is not there.
    static func fromEnvironment(_ input: InputDeclaration, _ environment: [String: String]) -> Value? {
        environment[variable(input.name)].flatMap { $0.isEmpty ? nil : input.type.parse($0) }
    }

    static func variable(_ name: String) -> String { "BELAY_INPUT_\(name.uppercased())" }

    /// The values that a driver needs: given with its command, from the environment, or asked for. Says what is missing.
    static func resolve(_ names: [String], of runbook: Runbook, _ options: ClaimOptions)
        -> (values: [String: Value], missing: [String])
    {
        var values: [String: Value] = [:]
        var missing: [String] = []
        for input in runbook.inputs where names.contains(input.name) {
            let found =
                options.secretInputs[input.name] ?? fromEnvironment(input, options.environment)
                ?? options.ask?(input.description.map { "\(input.name) (\($0))" } ?? input.name, true)
                .map(input.type.parse)
            guard let found else {
                missing.append(
                    "secret input '\(input.name)': give it with -i \(input.name)=… or \(variable(input.name))")
                continue
            }
            values[input.name] = found
        }
        return (values, missing)
    }

    /// The texts to keep out of everything that is shown or kept.
    static func texts(of value: Value) -> [String] {
        switch value {
        case .list(let items): items.flatMap(texts)
        case .map(let map): map.flatMap { texts(of: $0.value) }
        case .bool, .null: []
        default: [value.plainText]
        }
    }
}
