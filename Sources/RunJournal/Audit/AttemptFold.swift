import RunMachine

/// The attempts that events tell of, in the order in which they were intended.
enum AttemptFold {
    static func attempts(in events: [StoredEvent]) -> [AttemptRecord] {
        var records: [AttemptRecord] = []
        var places: [Key: Int] = [:]
        for stored in events {
            switch stored.event {
            case .attemptIntended(let intent):
                places[Key(step: intent.step.text, number: intent.number)] = records.count
                records.append(AttemptRecord(intent: intent, outcome: nil, endedAt: nil))
            case .attemptEnded(let step, let number, let outcome, _):
                guard let place = places[Key(step: step.text, number: number)] else { continue }
                records[place] = AttemptRecord(intent: records[place].intent, outcome: outcome, endedAt: stored.at)
            default: break
            }
        }
        return records
    }

    private struct Key: Hashable {
        let step: String
        let number: Int
    }
}
