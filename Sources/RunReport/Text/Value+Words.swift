import Expressions
import RunbookModel

extension Value {
    /// A value as people read it: a list of words as words, other lists and maps as JSON.
    var plainWords: String {
        guard case .list(let items) = self, items.allSatisfy({ $0.asString != nil }) else { return plainText }
        return items.compactMap(\.asString).joined(separator: " ")
    }
}
