/// All commands, in the order of the help.
enum CommandTable {
    static let all: [any Command.Type] = [
        RunCommand.self, PlanCommand.self, CheckCommand.self, ResumeCommand.self, RetryCommand.self, DecideCommand.self,
        PendingCommand.self, ApproveCommand.self, RejectCommand.self, AnswerCommand.self,
        RollbackCommand.self, CancelCommand.self, PauseCommand.self, RerunCommand.self, StatusCommand.self,
        RunsCommand.self, WatchCommand.self, LogsCommand.self, EventsCommand.self, NoteCommand.self, ListCommand.self,
        ShowCommand.self, ValidateCommand.self, TestCommand.self, GraphCommand.self, ExplainCommand.self,
        LocksCommand.self, AuditCommand.self,
        VersionCommand.self,
    ]
}
