import Glibc
import RunHost
import Synchronization
import Testing
@Test func smoke() throws {
    let server = try ForkServer.start()
    let box = Mutex<[SupervisorReport]>([])
    try server.deliverReports { report in print(report); }
    var request = LaunchRequest(token: 7, arguments: ["sh", "-c", "echo hi; exit 3"], environment: ["PATH": "/bin"], workingDirectory: "/tmp", stdout: .file("/tmp/o"))
    request.outputPath = "/tmp/nope"
    let start = clock()
    try server.launch(request)
    poll(nil, 0, 500)
}
