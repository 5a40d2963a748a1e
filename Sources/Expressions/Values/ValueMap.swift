/// A map that keeps insertion order and whose keys are equal as CEL says: `1`, `1u` and `1.0` are one key.
package struct ValueMap: Sendable, ExpressibleByDictionaryLiteral {
    package typealias Entry = (key: Value, value: Value)

    private var entries: [Entry] = []
    private var index: [MapKey: Int] = [:]

    /// An empty map.
    package init() {}

    /// A map of string keys; of two equal keys the later value stays, in the earlier place.
    package init(_ entries: [(String, Value)]) {
        self.entries.reserveCapacity(entries.count)
        for (key, value) in entries { self[key] = value }
    }

    package init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }

    /// How many entries there are.
    package var count: Int { entries.count }
    /// Whether there are no entries.
    package var isEmpty: Bool { entries.isEmpty }

    /// The value of a string key; assigning nil removes the entry.
    package subscript(_ key: String) -> Value? {
        get { position(of: key).map { entries[$0].value } }
        set { set(.string(key), .string(key), newValue) }
    }

    /// The value of a key of any type; nil also for keys that no map can hold.
    package subscript(_ key: Value) -> Value? {
        get { MapKey(key).flatMap { position(of: $0) }.map { entries[$0].value } }
        set { if let found = MapKey(key) { set(key, found, newValue) } }
    }

    /// Adds an entry at the end; false where the key is there already.
    package mutating func append(_ key: String, _ value: Value) -> Bool {
        guard position(of: key) == nil else { return false }
        entries.append((.string(key), value))
        noteAppended(.string(key))
        return true
    }

    private func position(of key: String) -> Int? {
        if entries.count > Self.scanLimit { return index[.string(key)] }
        return entries.firstIndex { entry in
            if case .string(let other) = entry.key { other.hasSameBytes(as: key) } else { false }
        }
    }

    private func position(of key: MapKey) -> Int? {
        if entries.count > Self.scanLimit { return index[key] }
        return entries.firstIndex { MapKey($0.key) == key }
    }

    private mutating func set(_ key: Value, _ mapKey: MapKey, _ value: Value?) {
        switch (position(of: mapKey), value) {
        case (let found?, let value?):
            entries[found].value = value
        case (nil, let value?):
            entries.append((key, value))
            noteAppended(mapKey)
        case (let found?, nil):
            entries.remove(at: found)
            rebuildIndex()
        case (nil, nil):
            break
        }
    }

    /// Maps up to this size are searched in line: that is faster than hashing, and costs no second table.
    private static let scanLimit = 8

    private mutating func noteAppended(_ key: MapKey) {
        guard entries.count > Self.scanLimit else { return }
        if index.isEmpty { rebuildIndex() } else { index[key] = entries.count - 1 }
    }

    private mutating func rebuildIndex() {
        index.removeAll(keepingCapacity: true)
        guard entries.count > Self.scanLimit else { return }
        index.reserveCapacity(entries.count)
        for (position, entry) in entries.enumerated() {
            if let key = MapKey(entry.key) { index[key] = position }
        }
    }
}

extension ValueMap: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(position: Int) -> Entry { entries[position] }
    /// The keys in insertion order.
    package var keys: [Value] { entries.map(\.key) }
}

extension ValueMap: Hashable {
    package static func == (left: ValueMap, right: ValueMap) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        var mixed = 0
        for entry in self {
            var inner = Hasher()
            inner.combine(MapKey(entry.key))
            inner.combine(entry.value)
            mixed ^= inner.finalize()
        }
        hasher.combine(mixed)
    }
}
