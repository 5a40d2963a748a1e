// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order of their layers: each may use only those above it (docs/architecture.md;
// checked by Tests/LayeringTests).
let strict: [SwiftSetting] =
    Context.environment["BELAY_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
    name: "belay",
    products: [
        .executable(name: "belay", targets: ["belay"]),
        .executable(name: "belaydev", targets: ["belaydev"]),
        .executable(name: "demo-service", targets: ["DemoService"]),
    ],
    targets: [
        // The edge: C.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .target(name: "CCurl", exclude: ["README.md"]),
        .target(
            name: "CSupervisor", dependencies: ["CDigest"], exclude: ["README.md"],
            cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CArchive", exclude: ["README.md"], cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CTLS", exclude: ["README.md"]),
        .target(name: "CFileSystem", exclude: ["README.md"]),
        .target(name: "CAssets", exclude: ["README.md", "migrations"]),
        // Text: files, spans, the graph as written. Knows no clock.
        .target(name: "Diagnostics", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Expressions", dependencies: ["CPCRE2", "Diagnostics"], exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "RunbookModel", dependencies: ["Diagnostics", "Expressions"], exclude: ["README.md"],
            swiftSettings: strict),
        .target(
            name: "RunbookLoading", dependencies: ["CYAML", "Diagnostics", "Expressions", "RunbookModel"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "ConfigFiles", dependencies: ["Expressions", "RunbookModel", "RunbookLoading"],
            exclude: ["README.md"], swiftSettings: strict),
        // One execution. Sees no YAML.
        .target(
            name: "RunPlan", dependencies: ["CDigest", "Diagnostics", "Expressions", "RunbookModel"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "RunMachine", dependencies: ["Expressions", "RunbookModel", "RunPlan"], exclude: ["README.md"],
            swiftSettings: strict),
        .target(
            name: "RunReport",
            dependencies: ["CMark", "Diagnostics", "Expressions", "RunbookModel", "RunPlan", "RunMachine"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "RunHost", dependencies: ["CCurl", "CSupervisor", "CDigest", "Expressions", "RunbookModel"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Checks",
            dependencies: ["CDigest", "CSQLite", "CTLS", "Diagnostics", "Expressions", "RunbookModel", "RunHost"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Actions",
            dependencies: [
                "CDigest", "CSQLite", "ConfigFiles", "Diagnostics", "Expressions", "RunbookModel", "RunHost", "Checks",
            ], exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "RunJournal",
            dependencies: [
                "CSQLite", "CFileSystem", "CAssets", "CDigest", "Expressions", "RunbookModel", "RunPlan", "RunMachine",
            ], exclude: ["README.md"],
            swiftSettings: strict),
        .target(
            name: "RunEngine",
            dependencies: [
                "CArchive", "CSQLite", "CSupervisor", "CDigest", "Diagnostics", "Expressions", "RunbookModel",
                "RunbookLoading", "RunPlan", "RunMachine", "RunHost", "Checks", "Actions", "RunJournal",
            ], exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "RunbookTesting",
            dependencies: [
                "Diagnostics", "Expressions", "RunbookModel", "RunbookLoading", "RunPlan", "RunMachine", "RunReport",
                "RunHost", "Checks", "Actions", "RunJournal", "RunEngine",
            ], exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "BelayCommands",
            dependencies: [
                "CSupervisor", "Diagnostics", "Expressions", "RunbookModel", "RunbookLoading", "RunPlan", "RunMachine",
                "RunReport", "RunHost", "Checks", "Actions", "RunJournal", "RunEngine", "RunbookTesting",
            ], exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "belay", dependencies: ["BelayCommands"], exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "belaydev", dependencies: ["RunbookModel"], exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "DemoService", dependencies: ["CMicroHTTPD", "CSQLite", "CYAML"], exclude: ["README.md"],
            swiftSettings: strict),
        // Tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "Diagnostics", "Expressions", "RunbookModel", "RunbookLoading", "RunPlan", "RunMachine", "RunHost",
                "Checks", "Actions", "RunJournal", "RunEngine",
            ], path: "Tests/TestSupport", exclude: ["README.md"], swiftSettings: strict),
        .testTarget(name: "LayeringTests"),
        .testTarget(name: "DocumentationTests", dependencies: ["Diagnostics", "RunbookLoading", "RunbookModel", "belaydev"]),
        .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
        .testTarget(name: "ExpressionsTests", dependencies: ["Expressions", "Diagnostics"]),
        .testTarget(
            name: "RunbookLoadingTests",
            dependencies: ["RunbookLoading", "RunbookModel", "Expressions", "Diagnostics"], exclude: ["Fixtures"]),
        .testTarget(
            name: "ConfigFilesTests", dependencies: ["ConfigFiles", "Expressions", "RunbookModel", "RunbookLoading"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "RunMachineTests",
            dependencies: ["Diagnostics", "Expressions", "RunbookModel", "RunPlan", "RunMachine", "RunReport"]),
        .testTarget(
            name: "RunJournalTests",
            dependencies: [
                "CSQLite", "Diagnostics", "Expressions", "RunJournal", "RunMachine", "RunPlan", "RunbookModel",
            ]),
        .testTarget(name: "RunHostTests", dependencies: ["RunHost", "CSupervisor"]),
        .testTarget(
            name: "ActionTests",
            dependencies: ["Actions", "Checks", "CSQLite", "Diagnostics", "Expressions", "RunbookModel", "RunHost"]),
        .testTarget(
            name: "RunEngineTests",
            dependencies: [
                "CSQLite", "RunEngine", "RunHost", "RunJournal", "RunMachine", "RunbookModel", "Expressions", "TestSupport",
            ]),
        .testTarget(
            name: "RunbookTestingTests",
            dependencies: ["Diagnostics", "RunReport", "RunbookLoading", "RunbookModel", "RunbookTesting"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "CommandTests",
            dependencies: ["CSQLite", "Expressions", "RunHost", "RunJournal", "RunMachine", "RunbookModel", "TestSupport"],
            exclude: ["Runbooks"]),
        .testTarget(name: "RunReportTests", dependencies: ["RunReport"]),
        .testTarget(name: "DemoServiceTests"),
        .testTarget(name: "LibraryTests", dependencies: ["Expressions", "RunHost", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
