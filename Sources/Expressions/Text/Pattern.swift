import CPCRE2

/// A regular expression with the syntax of RE2 and bounded work.
package struct Pattern: Sendable {
    /// The pattern as it was given.
    package let source: String
    private let code: Code
    private let largestRepeat: Int

    /// The compiled pattern, which PCRE2 never changes once it is made, and frees with the last owner.
    private final class Code: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { pcre2_code_free_8(pointer) }
    }

    /// Compiles a pattern; refuses what RE2 does not have.
    package init(_ source: String) throws(PatternProblem) {
        guard source.utf8.count <= 4_096 else {
            throw PatternProblem(message: "a pattern can have 4096 bytes at most", offset: 4_096)
        }
        largestRepeat = try PatternSyntax.refuseUnsupported(Array(source.utf8))
        self.source = source
        code = Code(try Self.compile(source))
    }

    private static func compile(_ source: String) throws(PatternProblem) -> OpaquePointer {
        var (error, offset) = (Int32(0), 0)
        // RE2's `$` is the very end of the text. Possessive repeats would scan without counting what they do.
        let options =
            PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE
            | PCRE2_NO_AUTO_POSSESS | PCRE2_AUTO_CALLOUT
        let utf8 = Array(source.utf8)
        guard let pointer = pcre2_compile_8(utf8, utf8.count, options, &error, &offset, nil) else {
            throw PatternProblem(message: message(error), offset: offset)
        }
        return pointer
    }

    private static func message(_ error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
    }

    /// Whether the pattern matches anywhere in the text; throws where that needs too much work.
    package func matches(_ text: String) throws(FunctionFailure) -> Bool {
        var budget = Budget(.standard)
        return try matches(text, &budget)
    }

    /// Matching that pays for the text and for each step of backtracking.
    ///
    /// The match limit of PCRE2 counts anew at each start in the text, so steps are counted by its callouts.
    func matches(_ text: String, _ budget: inout Budget) throws(FunctionFailure) -> Bool {
        try budget.spend(bytes: 256 + text.utf8.count * (1 + largestRepeat / 64))
        guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
            throw FunctionFailure("out of memory")
        }
        defer {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        var remaining = budget.remaining
        let result = withUnsafeMutablePointer(to: &remaining) { remaining in
            pcre2_set_callout_8(context, Self.countStep, remaining)
            return match(text, data, context)
        }
        try budget.spend(budget.remaining - remaining)
        switch result {
        case 0...: return true
        case PCRE2_ERROR_NOMATCH: return false
        default: throw FunctionFailure("the pattern takes too much memory on this text")
        }
    }

    /// Counts down, and stops the matching below zero.
    private static let countStep:
        @convention(c) (UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?) -> Int32 = {
            _, data in
            let remaining = data!.assumingMemoryBound(to: Int.self)
            remaining.pointee -= 1
            return remaining.pointee < 0 ? PCRE2_ERROR_CALLOUT : 0
        }

    private func match(_ text: String, _ data: OpaquePointer, _ context: OpaquePointer) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            // An empty text may have no address, which PCRE2 takes for an error.
            let start = bytes.baseAddress ?? UnsafePointer(bitPattern: 1)!
            return pcre2_match_8(code.pointer, start, bytes.count, 0, PCRE2_NO_UTF_CHECK, data, context)
        }
    }

    /// KiB that backtracking may remember.
    private static let heapLimit: UInt32 = 16_384
}

/// Why a text is not a regular expression.
package struct PatternProblem: Error, Hashable, Sendable {
    /// What is wrong; lower case, no full stop.
    package let message: String
    /// Where in the pattern, as a UTF-8 offset.
    package let offset: Int
}
