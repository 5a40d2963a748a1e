import Testing

@testable import Expressions

/// The conformance cases of the language, which lie outside the package.
@Suite struct ConformanceTests {
    @Test(
        .enabled(if: ConformanceCase.isPresent, "the conformance cases are not here: ../shared/cel/conformance"),
        arguments: [
            "basic", "bindings_ext", "comparisons", "conversions", "encoders_ext", "fp_math", "integer_math", "lists",
            "logic", "macros", "macros2", "math_ext", "optionals", "parse", "plumbing", "string", "string_ext",
            "timestamps",
        ])
    func everyCaseHolds(file: String) throws {
        let cases = try ConformanceCase.read(file)
        #expect(cases.count > 3)
        let failures = cases.compactMap { $0.failure.map { "\($0)" } }
        #expect(failures.isEmpty, "\(failures.count) of \(cases.count) fail:\n\(failures.joined(separator: "\n"))")
    }
}
