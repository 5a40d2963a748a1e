/// The checks that this version performs.
package enum BuiltInChecks {
    package static let all: [any CheckPerformer] = []
}
