extension DiagnosticCode {
    static let keyCodes: [DiagnosticCode] = []
}
