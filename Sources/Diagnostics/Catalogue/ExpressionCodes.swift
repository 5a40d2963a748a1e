extension DiagnosticCode {
    static let expressionCodes: [DiagnosticCode] = []
}
