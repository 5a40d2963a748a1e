import Expressions
import RunbookModel

/// The types of the variables that every runbook has.
enum StandardTypes {
    /// The variable `run`.
    static let run = RecordType(
        noun: "field of run",
        fields: [
            "id": .init(.int), "runbook": .init(.string), "started": .init(.timestamp), "user": .init(.string),
            "host": .init(.string),
        ])

    /// The variable `facts`, gathered at the start of a run.
    static let facts = RecordType(
        noun: "fact",
        fields: [
            "host": .init(.string), "os": .init(.record(system)), "kernel": .init(.string),
            "architecture": .init(.string), "cpus": .init(.int), "memory": .init(.int), "user": .init(.string),
            "boot_id": .init(.string), "commands": .init(.list(.string)),
        ])

    /// `facts.os`, from os-release.
    private static let system = RecordType(
        noun: "field of os", fields: ["id": .init(.string), "version": .init(.string), "name": .init(.string)])

    /// The variable `failure` of handlers.
    static let failure = RecordType(
        noun: "field of failure", fields: ["step": .init(.string), "reason": .init(.string)])

    /// `steps.ID.checks`: how many checks gave which answer, the names of those that failed, what plugins measured.
    static let checks = RecordType(
        noun: "answer",
        fields: [
            "met": .init(.int), "warn": .init(.int), "not_met": .init(.int), "inconclusive": .init(.int),
            "failed": .init(.list(.string)), "measured": .init(.dyn, mayBeAbsent: true),
        ])
}

extension ResultFields {
    /// What a predicate on such a result sees.
    var variables: [String: ValueType] {
        let process: [String: ValueType] = [
            "exit": .int, "signal": .dyn, "stdout": .string, "stderr": .string, "elapsed": .duration,
        ]
        let http: [String: ValueType] = [
            "status": .int, "headers": .map(.string, .string), "body": .dyn, "elapsed": .duration,
        ]
        return switch self {
        case .none: [:]
        case .process: process
        case .http: http
        case .query: ["rows": .list(.dyn), "value": .dyn]
        case .metric: process.merging(http) { first, _ in first }.merging(["value": .dyn]) { first, _ in first }
        }
    }
}

extension InputType {
    /// The type of the input in expressions.
    var valueType: ValueType {
        switch self {
        case .string, .version, .path, .url: .string
        case .int, .size: .int
        case .number: .dyn
        case .bool: .bool
        case .duration: .duration
        case .list(let item): .list(item.valueType)
        case .map: .map(.string, .dyn)
        }
    }
}
