import CDigest
import Expressions
import RunbookModel

/// What a run will do: the expanded graph with its bound inputs and profile. Everything that a run pins.
package struct Plan: Sendable {
    package let graph: Graph
    package let inputs: ValueMap
    package let system: SystemProfile?
    /// Names everything that determines the plan; two plans with the same digest do the same.
    package let digest: String

    package init(
        runbook: Runbook, included: [RunbookName: Runbook], inputs: ValueMap, system: SystemProfile?, digest: String
    ) {
        graph = Graph(runbook: runbook, included: included)
        self.inputs = inputs
        self.system = system
        self.digest = digest
    }

    package var runbook: Runbook { graph.scopes[0].runbook }

    /// The checks that must hold once everything is undone: those of the runbook and of what it includes.
    package var rollbackVerify: [(scope: Int, check: CheckCall)] {
        graph.scopes.indices.flatMap { scope in graph.scopes[scope].runbook.rollback.verify.map { (scope, $0) } }
    }

    /// The locks of the runbook and of what it includes.
    package var locks: [(scope: Int, lock: LockDeclaration)] {
        graph.scopes.indices.flatMap { scope in graph.scopes[scope].runbook.locks.map { (scope, $0) } }
    }
}

/// SHA-256, as lower-case hexadecimal.
package enum Digest {
    package static func sha256(_ parts: some Sequence<[UInt8]>) -> String {
        var context = SHA2_CTX()
        SHA256Init(&context)
        for part in parts { SHA256Update(&context, part, part.count) }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&digest, &context)
        return hexadecimal(digest)
    }

    package static func sha256(_ text: String) -> String { sha256(CollectionOfOne(Array(text.utf8))) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
