import FoundationEssentials

/// The files of this package, as they are in the checkout.
struct SourceTree {
    struct File {
        /// Relative to the root of the package.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    static let root = SourceTree(
        directory: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path)

    let directory: String

    func text(_ path: String) -> String {
        (try? String(contentsOfFile: directory + "/" + path, encoding: .utf8)) ?? ""
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: directory + "/" + path) }

    /// All text files below a directory ("" for the whole package) whose names end in one of these.
    func files(below path: String, endingIn suffixes: [String] = [""]) -> [File] {
        let base = path.isEmpty ? directory : directory + "/" + path
        let names = try? FileManager.default.subpathsOfDirectory(atPath: base)
        return (names ?? []).sorted().compactMap { name in
            let path = path.isEmpty ? name : path + "/" + name
            guard !Self.isGenerated(path), suffixes.contains(where: path.hasSuffix) else { return nil }
            guard let text = try? String(contentsOfFile: directory + "/" + path, encoding: .utf8) else { return nil }
            return File(path: path, text: text)
        }
    }

    private static func isGenerated(_ path: String) -> Bool {
        [".build/", ".git/", ".swiftpm/", "state/"].contains(where: path.hasPrefix) || path == ".git"
    }
}

extension SourceTree.File {
    /// The modules that a Swift file imports, whole or in part; scripts of other languages inside texts import none.
    var imports: [String] {
        var isInText = false
        return lines.compactMap { line in
            defer { if line.ranges(of: "\"\"\"").count % 2 == 1 { isInText.toggle() } }
            if isInText { return nil }
            var words = line.split { $0 == " " || $0 == "\t" }[...]
            while let word = words.first, word.hasPrefix("@") || Self.accessLevels.contains(word) {
                words.removeFirst()
            }
            guard words.popFirst() == "import" else { return nil }
            if let kind = words.first, Self.importKinds.contains(kind) { words.removeFirst() }
            return words.first.flatMap { $0.split(separator: ".").first }.map(String.init)
        }
    }

    private static let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let importKinds: Set<Substring> = [
        "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
    ]
}
