/// The checks that this version performs.
package enum BuiltInChecks {
    package static let all: [any CheckPerformer] = [
        ExitCheck(kind: "run"),
        ExitCheck(kind: "command"),
        PluginCheck(),
        HTTPCheck(),
        TCPCheck(),
        CertificateCheck(),
        ProcessCheck(),
        ServiceCheck(),
        FileCheck(),
        ArchiveCheck(),
        DiskCheck(),
        MemoryCheck(),
        LoadCheck(),
        MetricCheck(),
        SQLiteCheck(),
        TimeCheck(),
        ThatCheck(),
        LogicCheck(operator: .all),
        LogicCheck(operator: .any),
        LogicCheck(operator: .not),
    ]
}
