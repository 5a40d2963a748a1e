import Glibc
import Testing

/// The scripts that the shipped runbooks pin, on a real home.
@Suite struct RunbookScriptTests {
    private func script(_ name: String, _ arguments: String..., in home: DemoHome) -> ChildProcess.Result {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        return ChildProcess.run(
            ["\(root)/runbooks/scripts/\(name)"] + arguments, output: "\(home.scratch)/\(name).output")
    }

    @Test func installingSwitchesTheLinkAndIsDoneTwiceWithoutHarm() throws {
        let home = try DemoHome()
        home.run("make-release", "--to", home.scratch, "--version", "1.1.0", "--tarball")
        let (archive, release) = ("\(home.scratch)/demo-1.1.0.tgz", "\(home.path)/releases/1.1.0")
        for _ in 1...2 {
            #expect(script("install-release.sh", archive, release, "\(home.path)/current", in: home).code == 0)
            #expect(try home.contents("current/release.yml").contains("version: \"1.1.0\""))
            #expect(!home.hasFile("releases/.1.1.0.new"))
        }
    }

    @Test func anArchiveThatCannotBeUnpackedLeavesTheLinkAsItWas() throws {
        let home = try DemoHome()
        try home.replace("broken.tgz", with: "not an archive")
        let release = "\(home.path)/releases/1.1.0"
        #expect(
            script("install-release.sh", "\(home.path)/broken.tgz", release, "\(home.path)/current", in: home).code != 0
        )
        #expect(try home.contents("current/release.yml").contains("version: \"1.0.0\""))
        #expect(!home.hasFile("releases/1.1.0"))
    }
}
