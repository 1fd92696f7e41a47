// SPDX-License-Identifier: Apache-2.0

/// The words of a command line, and numbers in words.
enum Words {
    /// As in `1 session` and `2 sessions`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// Takes `option VALUE` or `option=VALUE` out of `words`; an option without its value is a mistake.
    static func take(_ option: String, from words: inout [String]) throws(Complaint) -> String? {
        guard let index = words.firstIndex(where: { $0 == option || $0.hasPrefix(option + "=") }) else { return nil }
        let word = words.remove(at: index)
        let value = word == option ? "" : String(word.dropFirst(option.count + 1))
        if !value.isEmpty { return value }
        guard word == option, index < words.count, !words[index].isEmpty, !words[index].hasPrefix("--") else {
            throw .usage("\(option) needs a value")
        }
        return words.remove(at: index)
    }

    /// Takes `--config FILE` or `-c FILE` out of `words`.
    static func takeConfiguration(from words: inout [String]) throws(Complaint) -> String? {
        if let file = try take("--config", from: &words) { return file }
        return try take("-c", from: &words)
    }

    /// As in `3d 4h`, `4h 5m`, `5m 6s` or `6s`.
    static func duration(_ seconds: Int64) -> String {
        let units: [(name: String, count: Int64)] = [
            ("d", seconds / 86_400), ("h", seconds / 3600 % 24), ("m", seconds / 60 % 60), ("s", seconds % 60),
        ]
        let first = units.firstIndex { $0.count > 0 } ?? 3
        return units[first..<min(first + 2, 4)].map { "\($0.count)\($0.name)" }.joined(separator: " ")
    }

    /// As in `12 B`, `3.4 kB` or `5.6 MB`, in powers of a thousand.
    static func bytes(_ count: Double) -> String {
        var (value, unit) = (max(0, count), 0)
        let units = ["B", "kB", "MB", "GB", "TB"]
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0, value < 99.95 else { return "\(Int(value.rounded())) \(units[unit])" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// Bytes and packets in a second, the bytes as bits too, which is how lines are sold.
    static func rate(_ bytesPerSecond: Double, _ packetsPerSecond: Double) -> String {
        let bits = bytes(bytesPerSecond * 8).replacing("B", with: "bit")
        return "\(bits)/s, \(Int(max(0, packetsPerSecond).rounded())) packets/s"
    }

    /// Filled up with spaces to a width.
    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
