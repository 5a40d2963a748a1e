import Glibc
import RunReport
import Testing

@Suite("StatesPage") struct StatesPageTests {
    /// The package's root, from where this file was compiled.
    private static let page = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/states.md"

    @Test("docs/states.md says what the tables say") func pageIsCurrent() throws {
        let text = StatesPage.markdown()
        if getenv("RECORD") != nil { try write(text, to: Self.page) }
        #expect(try read(Self.page) == text, "run RECORD=1 swift test --filter StatesPage")
    }

    private func read(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"), "there is no \(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"), "cannot write \(path)")
        fputs(text, file)
        fclose(file)
    }
}
