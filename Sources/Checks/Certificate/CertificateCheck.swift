import Expressions
import Glibc
import RunHost
import RunbookModel

/// A certificate, and what comes with it, is valid long enough; the one that expires first decides.
struct CertificateCheck: CheckPerformer {
    let kind = "certificate"

    func title(_ argument: ArgumentReader) -> String {
        let place =
            argument.shown("path") ?? argument.shown("url")
            ?? "\(argument.shown("host") ?? ""):\(argument.shown("port") ?? "443")"
        return "certificate \(place) \(argument.comparisons(["days_left"]))"
    }

    func look(_ look: CheckLook) throws -> CheckFinding {
        switch try chain(look) {
        case .chain(let chain): return try judge(chain, look.argument)
        case .answered(let reason): return CheckFinding(.notMet, reason)
        case .neverAsked(let reason): return CheckFinding(.inconclusive, reason)
        }
    }

    private func chain(_ look: CheckLook) throws -> CertificateChain.Fetched {
        let argument = look.argument
        let named = ["path", "url", "host"].filter(argument.has)
        guard named.count == 1 else { throw ArgumentProblem("one of path, url or host is needed") }
        if let path = try argument.text("path") { return try file(look.context.path(path)) }
        let server = try Server(url: argument.text("url"), host: argument.text("host"), port: argument.int("port"))
        return try CertificateChain.fetch(
            server.host, port: server.port, serverName: argument.text("server_name") ?? server.name,
            timeout: look.timeout, look.context.cancellation)
    }

    private func file(_ path: String) throws -> CertificateChain.Fetched {
        do {
            guard let chain = try CertificateChain.parse(HostFiles.read(path, limit: 1 << 24)) else {
                return .answered("there is no certificate in it")
            }
            return .chain(chain)
        } catch let error as SystemError where [ENOENT, ENOTDIR].contains(error.errno) {
            return .answered("it is not there")
        }
    }

    private func judge(_ chain: CertificateChain, _ argument: ArgumentReader) throws -> CheckFinding {
        let now = time(nil)
        let certificates = chain.certificates
        guard let first = certificates.min(by: { $0.notAfter < $1.notAfter }) else {
            throw ArgumentProblem("there is no certificate")
        }
        let days = (Double(first.notAfter) - Double(now)) / 86_400
        func finding(_ answer: CheckAnswer, _ detail: String) -> CheckFinding {
            CheckFinding(answer, "\(detail): \(first.subject)", value: .double(days), unit: "days")
        }
        if let name = try argument.text("valid_for"), !chain.isFor(name) {
            return CheckFinding(.notMet, "it is not for '\(name)': \(certificates[0].subject)")
        }
        if let early = certificates.first(where: { $0.notBefore > now }) {
            return CheckFinding(.notMet, "not valid yet: \(early.subject)")
        }
        if first.notAfter <= now {
            return finding(.notMet, "expired \(Quantity.text(-days)) days ago")
        }
        let judged = try QuantityJudge(argument: argument).judge([
            ("days_left", "days left", { Quantity(value: days, unit: .none) })
        ])
        return finding(judged.answer, judged.detail)
    }
}

/// Where a certificate is asked for.
private struct Server {
    let host: String
    let port: Int
    /// The name to ask for: none for an address.
    let name: String?

    init(url: String?, host: String?, port: Int64?) throws(ArgumentProblem) {
        var host = host ?? ""
        var port = port
        if let url {
            guard url.hasPrefix("https://") else { throw ArgumentProblem("the address must begin with https://") }
            let authority = url.dropFirst(8).prefix { !"/?#".contains($0) }
            let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            let end = place.last == "]" ? nil : place.lastIndex(of: ":")
            host = String(end.map { place[..<$0] } ?? place)
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            if let end, end < place.index(before: place.endIndex) {
                guard let number = Int64(place[place.index(after: end)...]), 1...65535 ~= number else {
                    throw ArgumentProblem("the address has no valid port")
                }
                port = number
            }
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { throw ArgumentProblem("there is no host") }
        self.host = host
        self.port = Int(port ?? 443)
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        name = isAddress ? nil : host
    }
}
