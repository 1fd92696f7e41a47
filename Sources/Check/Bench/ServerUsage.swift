// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What a process of this machine has used.
enum ServerUsage {
    /// The processor time of all threads of a process that live, to the nanosecond where the kernel counts so
    /// (/proc/PID/task/*/schedstat), else in its ticks; nil where there is no such process.
    static func processorTime(of process: Int) -> Duration? {
        let threads = Files.names(in: "/proc/\(process)/task").filter { Int($0) != nil }
        guard !threads.isEmpty else { return nil }
        let exact = threads.map { Files.number("/proc/\(process)/task/\($0)/schedstat") ?? 0 }.reduce(0, +)
        if exact > 0 { return .nanoseconds(exact) }
        // The name stands in parentheses and may hold anything; user and system time are the 12th and 13th behind it.
        guard let fields = Files.text("/proc/\(process)/stat")?.split(separator: ")").last?.split(separator: " "),
            fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12])
        else { return nil }
        return .milliseconds((user + system) * 1000 / max(1, sysconf(Int32(_SC_CLK_TCK))))
    }
}
