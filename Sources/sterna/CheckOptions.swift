// SPDX-License-Identifier: Apache-2.0

internal import Check
internal import Configuration
internal import Engine
internal import Wire

/// What the command line of `sterna check` or `sterna bench` asks for.
struct CheckOptions {
    struct Mistake: Error {
        let explanation: String
        var isUsage = true
    }

    private(set) var isJSON = false
    private(set) var isOffline = false
    private var uri: ServerURI?
    private var values: [String: String] = [:]
    /// What is left: `--config FILE` and settings.
    private var rest: [String] = []

    private static let valued: Set = [
        "--user", "--password-file", "--secret-file", "--secret", "--host", "--ca", "--observer",
    ]

    init() {}

    var hasURI: Bool { uri != nil }

    /// - Parameter others: Options with a value that only this verb has; for ``number(_:_:)``.
    init(_ words: [String], beside others: Set<String> = []) throws(Mistake) {
        var words = words[...]
        while let word = words.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch word {
            case "--json": isJSON = true
            case "--offline": isOffline = true
            case _ where Self.valued.contains(parts[0]) || others.contains(parts[0]):
                guard let value = parts.count == 2 ? parts[1] : words.popFirst() else {
                    throw Mistake(explanation: "\(word) needs a value")
                }
                values[parts[0]] = value
            case _ where !word.hasPrefix("-") && rest.last != "--config" && rest.last != "-c":
                guard uri == nil, let parsed = ServerURI(word) else {
                    throw Mistake(
                        explanation:
                            "“\(word)” is no URI; right would be turn:HOST[:PORT][?transport=udp|tcp] or turns:…")
                }
                uri = parsed
            default: rest.append(word)
            }
        }
        if uri != nil, !rest.isEmpty { throw Mistake(explanation: "“\(rest[0])” does not go with a URI") }
    }

    /// The value of an option that is a number in this range; nil when it was not given.
    func number(_ option: String, _ range: ClosedRange<Int>) throws(Mistake) -> Int? {
        guard let text = values[option] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Mistake(
                explanation:
                    "\(option) “\(text)” is not right; right would be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// What an option's word means; nil when it was not given.
    func word<Value>(_ option: String, _ meanings: [String: Value]) throws(Mistake) -> Value? {
        guard let text = values[option] else { return nil }
        guard let value = meanings[text] else {
            let right = meanings.keys.sorted().joined(separator: " or ")
            throw Mistake(explanation: "\(option) “\(text)” is not right; right would be \(right)")
        }
        return value
    }

    /// What is to be looked at.
    func plan() throws(Mistake) -> Checkup.Plan {
        let credentials = try credentials()
        guard let uri else {
            let verdict: Verdict
            var path: String?
            do throws(Problem) {
                let option = try ConfigurationOption(rest)
                (verdict, path) = (option.verdict, option.file?.path)
            } catch { verdict = Verdict(refusing: error) }
            var plan = Checkup.Plan(verdict, path: path, host: values["--host"], authorities: values["--ca"])
            if credentials != .nobody { plan.credentials = credentials }
            plan.observer = try observer()
            return plan
        }
        do throws(Host.LookupFailure) {
            return try Checkup.Plan(uri, credentials: credentials, host: values["--host"], authorities: values["--ca"])
        } catch {
            throw Mistake(explanation: "\(uri.host) has no address: \(error); correct the name", isUsage: false)
        }
    }

    private func observer() throws(Mistake) -> HostAndPort? {
        guard let text = values["--observer"] else { return nil }
        guard let observer = HostAndPort(text.hasPrefix("stun:") ? String(text.dropFirst(5)) : text, standard: 3478)
        else { throw Mistake(explanation: "--observer “\(text)” is no server; right would be HOST or HOST:PORT") }
        return observer
    }

    private func credentials() throws(Mistake) -> Checkup.Credentials {
        let separator = UInt8(ascii: ":")
        if let secret = values["--secret"] { return .secret(secret, separator: separator) }
        if let secret = try secret(in: "--secret-file") { return .secret(secret, separator: separator) }
        guard let name = values["--user"] else { return .nobody }
        guard let password = try secret(in: "--password-file") else {
            throw Mistake(explanation: "--user needs --password-file FILE; “-” reads it from standard input")
        }
        return .account(name: name, password: password)
    }

    private func secret(in option: String) throws(Mistake) -> String? {
        guard let path = values[option] else { return nil }
        do throws(Problem) {
            let text = try Input.File(
                reading: path == "-" ? "/dev/stdin" : path, ifMissing: "\(option) names a file with one line"
            ).text
            return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        } catch {
            throw Mistake(explanation: "\(error)", isUsage: false)
        }
    }
}
