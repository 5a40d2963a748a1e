extension DiagnosticCode {
    static let graphCodes: [DiagnosticCode] = []
}
