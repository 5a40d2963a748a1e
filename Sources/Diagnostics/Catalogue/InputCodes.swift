extension DiagnosticCode {
    static let inputCodes: [DiagnosticCode] = []
}
