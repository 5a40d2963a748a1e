import CDigest

/// The chain of a run's events: each hash covers the one before it and the row's content.
enum HashChain {
    /// Before the first event.
    static let start = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))

    /// SHA-256 over the previous hash, then run, number and time as decimal lines, then the event's JSON as stored.
    static func next(after previous: [UInt8], run: RunID, sequence: Int64, at: Int64, event: [UInt8]) -> [UInt8] {
        var context = SHA2_CTX()
        SHA256Init(&context)
        SHA256Update(&context, previous, previous.count)
        let head = Array("\(run.number)\n\(sequence)\n\(at)\n".utf8)
        SHA256Update(&context, head, head.count)
        SHA256Update(&context, event, event.count)
        var digest = start
        SHA256Final(&digest, &context)
        return digest
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
