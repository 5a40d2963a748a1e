/// What a restore did.
package struct RestoreReport: Hashable, Sendable {
    /// The directory of the state that was there before, itself a complete snapshot.
    package var aside: String
    /// What happened to each protected item, in order.
    package var items: [Item]

    package struct Item: Hashable, Sendable {
        package var path: String
        package var outcome: Outcome
        /// What is inside the item and was neither saved nor touched, as absolute paths.
        package var untouched: [String]
    }

    package enum Outcome: Hashable, Sendable {
        /// What was saved took the place of what was there in one move.
        case replaced
        /// The content was replaced where it stands: something in there is not to be touched, or cannot be renamed.
        case replacedInPlace
        /// The database got the content of its copy, through SQLite.
        case databaseRestored
        /// It was not there before, and is not there any more.
        case removed
        /// It was not there before and was not there now.
        case alreadyAbsent
    }
}
