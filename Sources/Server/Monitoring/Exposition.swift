// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Text in the exposition format of Prometheus, version 0.0.4: each metric with its help, its type and all its samples.
///
/// Labels have values from closed sets, never from a client.
struct Exposition {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    /// A metric with one sample.
    mutating func add<Value: BinaryInteger>(_ name: String, _ kind: Kind, _ help: String, _ value: Value) {
        begin(name, kind, help)
        append(name, [], "\(value)")
    }

    /// A metric with a sample for each value of one label.
    mutating func add<Value: BinaryInteger>(
        _ name: String, _ kind: Kind, _ help: String, by label: String, _ samples: [(String, Value)]
    ) {
        begin(name, kind, help)
        for (word, value) in samples { append(name, [(label, word)], "\(value)") }
    }

    /// A metric with a sample for each set of labels.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, labelled samples: [([(String, String)], UInt64)]) {
        begin(name, kind, help)
        for (labels, value) in samples { append(name, labels, "\(value)") }
    }

    /// A metric in seconds.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, seconds: Duration) {
        begin(name, kind, help)
        append(name, [], Self.seconds(seconds))
    }

    /// A metric in seconds, with a sample for each value of one label.
    mutating func add(
        _ name: String, _ kind: Kind, _ help: String, by label: String, seconds: [(String, Duration)]
    ) {
        begin(name, kind, help)
        for (word, value) in seconds { append(name, [(label, word)], Self.seconds(value)) }
    }

    /// A metric in seconds, counted by how long they are.
    mutating func add(_ name: String, _ help: String, durations: CallTally.Durations) {
        begin(name, .histogram, help)
        for (bound, count) in zip(CallTally.Durations.bounds, durations.buckets) {
            append("\(name)_bucket", [("le", Self.seconds(.milliseconds(bound)))], "\(count)")
        }
        append("\(name)_bucket", [("le", "+Inf")], "\(durations.count)")
        append("\(name)_sum", [], Self.seconds(durations.sum))
        append("\(name)_count", [], "\(durations.count)")
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func append(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Seconds with six digits behind the point.
    private static func seconds(_ duration: Duration) -> String {
        let microseconds = max(0, duration.wholeNanoseconds / 1000)
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
