/// The actions that the driver performs itself; `run` and `command` are launched by the engine (`ProcessLaunch`).
package struct BuiltInActions: Sendable {
    package static let all: [any ActionPerformer] = []
}
