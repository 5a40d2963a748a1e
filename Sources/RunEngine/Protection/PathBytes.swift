/// Names of files are bytes, which need not be UTF-8.
extension [UInt8] {
    /// The bytes as a C string.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (self + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
        }
    }

    /// The bytes for a person.
    var text: String { String(decoding: self, as: UTF8.self) }
}
