/// Finds one byte string in another in linear time (Knuth, Morris and Pratt), so that no input is slow.
struct ByteSearch {
    private let needle: [UInt8]
    /// For each prefix of the needle, the length of its longest proper prefix that is also its suffix.
    private let borders: [Int]

    init(_ needle: some Sequence<UInt8>) {
        self.needle = Array(needle)
        var borders = [Int](repeating: 0, count: self.needle.count)
        var length = 0
        for index in self.needle.indices.dropFirst() {
            while length > 0, self.needle[length] != self.needle[index] { length = borders[length - 1] }
            if self.needle[length] == self.needle[index] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// The first place at or after `start` where the needle stands; an empty needle stands everywhere.
    func first(in haystack: [UInt8], from start: Int = 0) -> Int? {
        if needle.isEmpty { return start <= haystack.count ? start : nil }
        var length = 0
        for index in start..<max(start, haystack.count) {
            while length > 0, needle[length] != haystack[index] { length = borders[length - 1] }
            if needle[length] == haystack[index] { length += 1 }
            if length == needle.count { return index + 1 - length }
        }
        return nil
    }

    /// The last place at or before `limit` where the needle stands.
    func last(in haystack: [UInt8], upTo limit: Int) -> Int? {
        let end = min(haystack.count, limit + needle.count)
        let reversed = ByteSearch(needle.reversed())
        return reversed.first(in: haystack[..<end].reversed()).map { end - $0 - needle.count }
    }
}
