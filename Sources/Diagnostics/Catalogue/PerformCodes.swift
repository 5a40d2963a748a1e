extension DiagnosticCode {
    static let performCodes: [DiagnosticCode] = []
}
