import CDigest

/// Digests of what is in memory.
enum ContentDigest {
    /// SHA-256 in lower-case hexadecimal digits.
    static func sha256(_ bytes: [UInt8]) -> String {
        var state = SHA2_CTX()
        SHA256Init(&state)
        bytes.withUnsafeBufferPointer { SHA256Update(&state, $0.baseAddress, $0.count) }
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256Final(&digest, &state)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
