import ConfigFiles
import RunbookModel
import Testing

@Suite struct FixtureTests {
    @Test(arguments: Fixture.all)
    func theTextIsEditedAsItsFixtureSays(_ fixture: Fixture) {
        do {
            var text = try ConfigText(fixture.before, fixture.format)
            for change in fixture.changes { try text.apply(change) }
            #expect(fixture.error == nil)
            let after = String(decoding: text.bytes, as: UTF8.self)
            #expect(after == fixture.after.map { String(decoding: $0, as: UTF8.self) })
        } catch {
            #expect("\(error)".contains(fixture.error ?? "no error"), "\(error)")
        }
    }

    @Test func everyChangeIsHarmlessWhenItIsMadeAgain() throws {
        for fixture in Fixture.all where fixture.error == nil && fixture.changes.count == 1 {
            var text = try ConfigText(fixture.before, fixture.format)
            try text.apply(fixture.changes[0])
            let once = text.bytes
            if case .move = fixture.changes[0] { continue }
            #expect(try !text.apply(fixture.changes[0]), "\(fixture)")
            #expect(text.bytes == once, "\(fixture)")
        }
    }
}
