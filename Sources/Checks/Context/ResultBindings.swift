import Expressions
import RunHost
import RunbookModel

/// The variables that predicates on a result see: `exit, signal, stdout, stderr, elapsed, status, headers, body`.
package enum ResultBindings {
    /// Of a process: `exit` is 128 + signal where a signal ended it, as shells have it; `signal` is null otherwise.
    package static func process(
        exit: Int, signal: Int?, stdout: [UInt8], stderr: [UInt8], elapsed: Duration
    ) -> [String: Value] {
        [
            "exit": .int(Int64(signal.map { 128 + $0 } ?? exit)), "signal": signal.map { .int(Int64($0)) } ?? .null,
            "stdout": .string(line(stdout)), "stderr": .string(line(stderr)), "elapsed": .duration(TimeSpan(elapsed)),
        ]
    }

    /// Of an answer: `body` is parsed where it is JSON, else its text.
    package static func http(_ response: HTTPResponse) -> [String: Value] {
        let headers = response.headers.sorted { $0.key < $1.key }.map { ($0.key, Value.string($0.value)) }
        return [
            "status": .int(Int64(response.status)), "headers": .map(ValueMap(headers)), "body": body(response.body),
            "elapsed": .duration(TimeSpan(response.elapsed)),
        ]
    }

    private static func body(_ bytes: [UInt8]) -> Value {
        if let parsed = try? JSONText.parse(bytes) { return parsed }
        return .string(text(bytes))
    }

    /// Without the newlines at the end, as shells substitute the output of a command.
    private static func line(_ bytes: [UInt8]) -> String {
        text(Array(bytes[..<((bytes.lastIndex { $0 != UInt8(ascii: "\n") } ?? -1) + 1)]))
    }

    /// Bytes that are not UTF-8 become replacement characters.
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
