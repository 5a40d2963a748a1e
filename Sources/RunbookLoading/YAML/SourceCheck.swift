import Diagnostics

/// Refuses bytes that YAML does not allow, before libyaml sees them.
enum SourceCheck {
    static let sizeLimit = 4 << 20

    /// Where the text begins (after a byte order mark); nil after an error.
    static func textStart(of file: SourceFile, _ bag: inout DiagnosticBag) -> Int? {
        let bytes = file.bytes
        guard bytes.count <= sizeLimit else {
            bag.add(.fileTooLarge(file, limit: sizeLimit))
            return nil
        }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if let offset = firstInvalid(bytes) {
            bag.add(.notUTF8(Span(file: file, range: offset..<offset + 1)))
            return nil
        }
        if let (offset, scalar) = firstForbidden(bytes, from: start) {
            let length = Unicode.UTF8.width(scalar)
            bag.add(.forbiddenCharacter(scalar, Span(file: file, range: offset..<offset + length)))
            return nil
        }
        return start
    }

    /// The offset of the first byte that is not UTF-8.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var offset = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += Unicode.UTF8.width(scalar) }
        return offset
    }

    /// The first character outside YAML's printable set (section 5.1).
    private static func firstForbidden(_ bytes: [UInt8], from start: Int) -> (Int, Unicode.Scalar)? {
        var offset = start
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte >= 0x20, byte < 0x7F {
                offset += 1
                continue
            }
            let end = min(offset + 4, bytes.count)
            guard let scalar = String(decoding: bytes[offset..<end], as: UTF8.self).unicodeScalars.first else { break }
            guard isAllowed(scalar.value) else { return (offset, scalar) }
            offset += Unicode.UTF8.width(scalar)
        }
        return nil
    }

    private static func isAllowed(_ value: UInt32) -> Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
            true
        default:
            false
        }
    }
}
