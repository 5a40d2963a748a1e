import FoundationEssentials

/// Package.swift as far as layers are concerned: the targets in their order, with what they declare to use.
struct Package {
    struct Target {
        let name: String
        let isTest: Bool
        let isSystemLibrary: Bool
        /// Relative to the root of the package.
        let directory: String
        let dependencies: [String]
    }

    static let current = Package(manifest: SourceTree.root.text("Package.swift"))

    let targets: [Target]

    init(manifest: String) {
        let declarations = manifest.components(separatedBy: "targets: [\n").last ?? ""
        targets = declarations.split(separator: "\n        .").compactMap { Target(declaration: String($0)) }
    }

    func target(_ name: String) -> Target? { targets.first { $0.name == name } }

    /// The place of a target in the file; smaller is further down in the house, and may be used by what is larger.
    func layer(of name: String) -> Int? { targets.firstIndex { $0.name == name } }
}

extension Package.Target {
    /// Nil for what is not the declaration of a target.
    fileprivate init?(declaration: String) {
        guard let name = Self.quoted(after: "name: ", in: declaration).first else { return nil }
        self.name = name
        isTest = declaration.hasPrefix("testTarget")
        isSystemLibrary = declaration.hasPrefix("systemLibrary")
        let standard = (isTest ? "Tests/" : "Sources/") + name
        directory = Self.quoted(after: "path: ", in: declaration).first ?? standard
        dependencies = Self.quoted(after: "dependencies: [", in: declaration)
    }

    /// The quoted words from a label to the next bracket.
    private static func quoted(after label: String, in text: String) -> [String] {
        guard let start = text.firstRange(of: label)?.upperBound else { return [] }
        let rest = text[start...].prefix { $0 != "]" && $0 != ")" }
        let words = rest.split(separator: "\"", omittingEmptySubsequences: false)
        return words.indices.filter { $0 % 2 == 1 }.map { String(words[$0]) }
    }
}
