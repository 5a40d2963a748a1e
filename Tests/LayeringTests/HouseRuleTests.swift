import Testing

/// Rules for all files that a reader can check only by reading them all.
struct HouseRuleTests {
    private let tree = SourceTree.root

    /// One call of it links ICU: the static binary grows from 14 to 58 MB.
    @Test func `what is shipped does not import the whole of Foundation`() {
        for file in tree.files(below: "Sources", endingIn: [".swift"]) {
            #expect(!file.imports.contains("Foundation"), "\(file.path) imports Foundation")
        }
    }

    /// Tests wait for events. Shell scripts under test may sleep: they have no parentheses.
    @Test func `no test sleeps`() {
        let calls = ["sleep", "usleep", "nanosleep", "clock_nanosleep"].map { $0 + "(" }
        for file in tree.files(below: "Tests", endingIn: [".swift"]) {
            for (number, line) in file.lines.enumerated() where calls.contains(where: { line.callsFunction($0) }) {
                Issue.record("\(file.path):\(number + 1) sleeps")
            }
        }
    }

    @Test(arguments: [("Sources", 600), ("Tests", 800)])
    func `files are short enough to be read`(directory: String, limit: Int) {
        for file in tree.files(below: directory, endingIn: [".swift", ".c", ".h"]) {
            #expect(file.lines.count <= limit + 1, "\(file.path) is too long")
        }
    }

    @Test func `every target says in a few lines what it is for`() {
        for target in Package.current.targets where !target.isTest {
            let path = target.directory + "/README.md"
            let page = SourceTree.File(path: path, text: tree.text(path))
            #expect(page.lines.count > 1, "\(path) is missing")
            #expect(page.lines.count <= 26, "\(path) is longer than 25 lines")
        }
    }

    @Test func `no file names a path of the machine it was written on`() {
        let places = ["work", "farm"].map { "/" + $0 + "/" }
        for file in tree.files(below: "") {
            for (number, line) in file.lines.enumerated() where places.contains(where: { line.namesPath($0) }) {
                Issue.record("\(file.path):\(number + 1) names a private path")
            }
        }
    }
}

extension Substring {
    /// Whether this name, with its parenthesis, stands here as a word of its own.
    fileprivate func callsFunction(_ name: String) -> Bool {
        ranges(of: name).contains { range in
            guard range.lowerBound > startIndex else { return true }
            let before = self[index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && before != "_"
        }
    }

    /// Whether an absolute path starts here with this, as opposed to `$HOME/…` or `a/…`.
    fileprivate func namesPath(_ start: String) -> Bool {
        ranges(of: start).contains { range in
            guard range.lowerBound > startIndex else { return true }
            let before = self[index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && !"_-.}$~/".contains(before)
        }
    }
}
