import Glibc
import RunHost
import RunJournal
import RunMachine
import RunPlan

extension RunService {
    /// Copies a file into the run's artifacts, on disk before this returns, so that an answer or decision may name it.
    ///
    /// Errors: `.refused` where it cannot be read, is larger than 64 MiB, or cannot be kept.
    package func keepEvidence(_ run: RunID, file path: String) throws(ServiceFailure) -> EvidenceFile {
        do {
            let summary = try journal.summary(run)
            let artifacts = workspace.state.artifactDirectory(run, summary.runbook)
            guard try HostFiles.status(of: path).st_mode & S_IFMT == S_IFREG else {
                throw SystemError("read \(path), which is no regular file", errno: EINVAL)
            }
            let bytes = try HostFiles.read(path)
            let digest = Digest.sha256(CollectionOfOne(bytes))
            // The same file twice is kept once; another one of the same name has another place.
            let name = path.split(separator: "/").last.map(String.init) ?? "file"
            let kept = EvidenceFile(name: "evidence/\(digest.prefix(8))-\(name)", sha256: digest)
            let isShared = workspace.state.group != nil
            try HostFiles.makeDirectory("\(artifacts)/evidence", mode: isShared ? 0o2770 : 0o700)
            if access("\(artifacts)/\(kept.name)", F_OK) != 0 {
                try HostFiles.writeAtomically(bytes, to: "\(artifacts)/\(kept.name)", mode: isShared ? 0o660 : 0o600)
            }
            try HostFiles.syncDirectory("\(artifacts)/evidence")
            try HostFiles.syncDirectory(artifacts)
            return kept
        } catch let failure as JournalFailure {
            throw .journal(failure)
        } catch {
            throw .refused("the evidence \(path) cannot be kept: \(error)", help: "nothing was recorded")
        }
    }

    /// Where evidence is kept.
    package func path(of file: EvidenceFile, _ run: RunID) throws(JournalFailure) -> String {
        workspace.state.artifactDirectory(run, try journal.summary(run).runbook) + "/" + file.name
    }
}
