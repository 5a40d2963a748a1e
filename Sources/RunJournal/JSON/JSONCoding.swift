import FoundationEssentials

/// JSON of the types that the journal stores.
enum JSONCoding {
    /// The value as JSON, in a fixed order of keys.
    static func encode(_ value: some Encodable) -> [UInt8] {
        let writer = JSONWriter()
        // The types of RunMachine hold nothing that JSON cannot (NaN), so that encoding them cannot fail.
        try? value.encode(to: writer)
        return writer.finish()
    }

    /// Reads what `encode` wrote.
    static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws(UnreadableRow) -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw UnreadableRow(why: error.summary)
        } catch {
            throw UnreadableRow(why: "\(error)")
        }
    }
}

/// Why a row cannot be read.
struct UnreadableRow: Error {
    let why: String
}

extension DecodingError {
    fileprivate var summary: String {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.place + context.debugDescription
        case .keyNotFound(let key, let context): context.place + "there is no '\(key.stringValue)'"
        @unknown default: "it is not the JSON that belongs here"
        }
    }
}

extension DecodingError.Context {
    fileprivate var place: String {
        codingPath.isEmpty ? "" : codingPath.map(\.stringValue).joined(separator: ".") + ": "
    }
}
