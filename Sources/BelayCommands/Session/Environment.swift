import Glibc

/// The environment of this process.
enum Environment {
    static func current() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if let sign = line.firstIndex(of: "=") {
                result[String(line[..<sign])] = String(line[line.index(after: sign)...])
            }
            entry += 1
        }
        return result
    }
}
