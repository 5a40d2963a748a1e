extension DiagnosticCode {
    static let effectCodes: [DiagnosticCode] = []
}
