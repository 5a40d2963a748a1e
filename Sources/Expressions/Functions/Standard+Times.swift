extension StandardFunctions {
    /// The parts of a moment, in UTC or in a zone.
    static let moments: [Function] = [
        part("getFullYear") { $0.year },
        part("getMonth") { $0.month - 1 },
        part("getDate") { $0.day },
        part("getDayOfMonth") { $0.day - 1 },
        part("getDayOfWeek") { $0.weekday },
        part("getDayOfYear") { $0.dayOfYear },
        part("getHours") { $0.hour },
        part("getMinutes") { $0.minute },
        part("getSeconds") { $0.second },
        Function(
            "getMilliseconds",
            [
                .member([.timestamp], .int) { arguments, _ in milliseconds(arguments[0]) },
                .member([.timestamp, .string], .int) { arguments, budget throws(FunctionFailure) in
                    try budget.spend(bytes: 1_600 + arguments.string(1).utf8.count)
                    _ = try zone(arguments.string(1))
                    return milliseconds(arguments[0])
                },
            ]),
    ]

    /// Durations in whole units, rounded towards zero.
    static let spans: [Function] = [
        whole("getHours", 3_600), whole("getMinutes", 60), whole("getSeconds", 1),
        Function(
            "getMilliseconds",
            [
                .member([.duration], .int) { arguments, _ in
                    .int((arguments[0].asDuration?.totalNanoseconds ?? 0) % TimeSpan.perSecond / 1_000_000)
                }
            ]),
    ]

    private static func part(_ name: String, _ part: @escaping @Sendable (CivilTime) -> Int) -> Function {
        Function(
            name,
            [
                .member([.timestamp], .int) { arguments, _ in
                    .int(Int64(part(CivilTime(secondsSinceEpoch: arguments[0].asTimestamp?.seconds ?? 0))))
                },
                .member([.timestamp, .string], .int) { arguments, budget throws(FunctionFailure) in
                    guard let moment = arguments[0].asTimestamp else { return 0 }
                    try budget.spend(bytes: 1_600 + arguments.string(1).utf8.count)
                    return .int(Int64(part(try zone(arguments.string(1)).localTime(at: moment))))
                },
            ])
    }

    private static func zone(_ name: String) throws(FunctionFailure) -> TimeZoneRules {
        guard let zone = TimeZoneRules(named: name) else {
            throw FunctionFailure("unknown time zone '\(name.prefix(60))'")
        }
        return zone
    }

    private static func milliseconds(_ value: Value) -> Value {
        .int(Int64((value.asTimestamp?.nanoseconds ?? 0) / 1_000_000))
    }

    private static func whole(_ name: String, _ seconds: Int64) -> Function {
        Function(
            name,
            [
                .member([.duration], .int) { arguments, _ in
                    .int((arguments[0].asDuration?.totalNanoseconds ?? 0) / TimeSpan.perSecond / seconds)
                }
            ])
    }
}
