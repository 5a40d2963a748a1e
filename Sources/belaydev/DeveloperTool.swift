import FoundationEssentials

/// The program `belaydev`.
enum DeveloperTool {
    private static let usage = """
        usage: belaydev docs [--check]
          docs           writes the generated parts of the pages under docs/ of the working directory
          docs --check   only says which of them are out of date (exit code 1)
        """

    static func main(_ words: [String]) -> Int32 {
        guard words == ["docs"] || words == ["docs", "--check"] else {
            print(usage)
            return words == ["--help"] ? 0 : 64
        }
        do {
            return words.last == "--check" ? try check() : try write()
        } catch {
            print("belaydev: \(error)")
            return 1
        }
    }

    private static func check() throws -> Int32 {
        let stale = try GeneratedPage.all.filter { try $0.current(in: ".") != $0.expected(in: ".") }
        for page in stale { print("\(page.path) is out of date: run 'belaydev docs'") }
        return stale.isEmpty ? 0 : 1
    }

    private static func write() throws -> Int32 {
        for page in GeneratedPage.all {
            let text = try page.expected(in: ".")
            guard try page.current(in: ".") != text else { continue }
            try text.write(toFile: page.path, atomically: true, encoding: .utf8)
            print("wrote \(page.path)")
        }
        return 0
    }
}
