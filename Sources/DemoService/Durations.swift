import Glibc

/// Milliseconds of a duration such as `300ms`, `5s` or `2m`; nil when it is none.
func milliseconds(_ text: String) -> Int? {
    for (suffix, factor) in [("ms", 1), ("s", 1000), ("m", 60_000)] where text.hasSuffix(suffix) {
        guard let number = Int(text.dropLast(suffix.count)), (0...86_400_000 / factor).contains(number) else {
            return nil
        }
        return number * factor
    }
    return nil
}

/// Milliseconds of a clock that no one sets back.
func monotonicMilliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}
