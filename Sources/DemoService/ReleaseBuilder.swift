import Glibc

/// Writes a release as a directory `VERSION/` or as `demo-VERSION.tgz` that holds that directory.
struct ReleaseBuilder {
    let release: Release
    /// The program that the release runs; its `bin/demo-service` is a link to it.
    let program: String

    func writeDirectory(in directory: String) throws -> String {
        let final = "\(directory)/\(release.version)"
        guard !Files.exists(final) else { throw DemoError("\(final) is there already") }
        let scratch = "\(directory)/.\(release.version).\(getpid())"
        try write(to: scratch)
        guard rename(scratch, final) == 0 else { throw Files.failure("cannot create", final) }
        return final
    }

    /// Equal contents give equal archives: names are sorted, and times and owners are fixed.
    func writeTarball(in directory: String) throws -> String {
        try Files.makeDirectories(directory)
        let final = "\(directory)/demo-\(release.version).tgz"
        let scratch = "\(directory)/.demo-\(release.version).\(getpid())"
        try write(to: "\(scratch)/\(release.version)")
        try execute([
            "tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner",
            "--use-compress-program=gzip -n", "-cf", "\(scratch).tgz", "-C", scratch, "\(release.version)",
        ])
        try execute(["rm", "-rf", scratch])
        guard rename("\(scratch).tgz", final) == 0 else { throw Files.failure("cannot create", final) }
        return final
    }

    private func write(to directory: String) throws {
        try Files.makeDirectories("\(directory)/bin")
        try Files.makeDirectories("\(directory)/migrations")
        try Files.write(release.manifest, to: "\(directory)/release.yml")
        try Files.link("\(directory)/bin/demo-service", to: program)
        try Files.write(Self.migrateScript, to: "\(directory)/migrate", mode: 0o755)
        for migration in MigrationCatalogue.migrations(of: release) {
            try Files.write(migration.sql, to: "\(directory)/migrations/\(migration.name)")
        }
    }

    private static let migrateScript = """
        #!/bin/sh
        # Brings the database of the home that this release is installed in to this release.
        set -eu
        release=$(cd -P "$(dirname "$0")" && pwd)
        exec "$release/bin/demo-service" migrate --home "$release/../.." --to "$(basename "$release")"

        """

    private func execute(_ arguments: [String]) throws {
        var pid: pid_t = 0
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        let code = posix_spawnp(&pid, arguments[0], nil, nil, &pointers, environ)
        guard code == 0 else { throw DemoError("cannot run \(arguments[0]): \(String(cString: strerror(code)))") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else { throw DemoError("\(arguments[0]) failed") }
    }
}
