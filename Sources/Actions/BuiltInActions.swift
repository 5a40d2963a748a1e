/// The actions that the driver performs itself; `run` and `command` are launched by the engine (`ProcessLaunch`).
package enum BuiltInActions {
    package static let all: [any ActionPerformer] = [
        HTTPAction(),
        ServiceAction(),
        WaitAction(),
        BackupAction(),
        RestoreAction(),
        SetAction(),
        NotifyAction(),
        EndAction(),
        FilesAction(),
        ConfigAction(),
        CollectAction(),
    ]
}
