// SPDX-License-Identifier: Apache-2.0

package import Configuration
internal import Glibc
internal import Synchronization
package import Wire

/// The server's log: whole lines to one descriptor or records to systemd's journal, from any thread.
///
/// Never waits: a line that the reader has no room for is left out and counted, so a stopped terminal or a full pipe
/// cannot stop the relay. Never floods: each class of lines has a rate, and what goes beyond is told as a number.
package final class Log: Sendable {
    private struct State {
        var level: LogLevel
        var windows: [Event: Window] = [:]
        /// Lines that the reader had no room for.
        var unread = 0
    }

    /// The lines of one class within one second.
    private struct Window {
        let began: Instant
        var written = 0
        var leftOut = 0
    }

    private let state: Mutex<State>
    private let descriptor: Int32
    private let style: LogStyle
    /// Takes the place of the descriptor.
    private let journal: Journal?
    private let clock: @Sendable () -> Moment

    /// - Parameters:
    ///   - level: The least severe lines that are written.
    ///   - descriptor: Open as long as the log is in use.
    package convenience init(
        level: LogLevel, style: LogStyle, descriptor: Int32 = 2, clock: @escaping @Sendable () -> Moment
    ) {
        self.init(level: level, style: style, descriptor: descriptor, journal: nil, clock: clock)
    }

    init(
        level: LogLevel, style: LogStyle, descriptor: Int32, journal: Journal?,
        clock: @escaping @Sendable () -> Moment
    ) {
        state = Mutex(State(level: level))
        (self.style, self.descriptor, self.journal, self.clock) = (style, descriptor, journal, clock)
    }

    /// The log that `settings` ask for: in systemd's journal where standard error leads to it, else on standard error.
    package convenience init(
        _ settings: Settings, environment: [String: String], clock: @escaping @Sendable () -> Moment
    ) {
        let style = LogStyle(format: settings.logFormat, descriptor: 2, environment: environment)
        // Without a thread for it the journal still reads lines.
        let journal = style.reachesJournal ? try? Journal() : nil
        self.init(
            level: LogLevel(settings.logLevel), style: style, descriptor: 2, journal: journal, clock: clock)
    }

    /// Applies a changed `log-min-level`.
    package func setLevel(_ level: LogLevel) { state.withLock { $0.level = level } }

    /// Whether a line of `event` would be written; ask before gathering what is costly.
    package func isWanted(_ event: Event) -> Bool { state.withLock { event.level <= $0.level } }

    /// Writes a line: what happened in words, and its particulars.
    ///
    /// Secrets do not belong into either; names and addresses from the network may be given as they came.
    package func write(_ event: Event, _ message: String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        write(event, message, fields.map { (name: $0.key, value: $0.value) })
    }

    /// Writes a line whose particulars are not the same each time.
    func write(_ event: Event, _ message: String, _ fields: [(name: String, value: LogValue)]) {
        let now = clock()
        let line = LogLine(event: event, message: message, fields: fields, time: now.time)
        state.withLock { state in
            guard event.level <= state.level else { return }
            closeWindows(in: &state, now: now)
            var window = state.windows[event] ?? Window(began: now.instant)
            if window.written < event.perSecond {
                window.written += 1
                put(line, in: &state)
            } else {
                window.leftOut += 1
            }
            state.windows[event] = window
        }
    }

    /// Tells what was left out and not told yet; called once before the process ends.
    package func finish() {
        let now = clock()
        state.withLock { state in
            closeWindows(in: &state, now: Moment(instant: now.instant + .seconds(1), time: now.time))
        }
        flush()
    }

    /// Returns when everything that was written has arrived, or when its reader has been waited for long enough: before
    /// this process is another program.
    package func flush() { journal?.flush(atMost: .milliseconds(500)) }

    /// Ends the seconds that are over, and tells what they left out.
    private func closeWindows(in state: inout State, now: Moment) {
        for (event, window) in state.windows where now.instant - window.began >= .seconds(1) {
            state.windows[event] = nil
            guard window.leftOut > 0 else { continue }
            let line = LogLine(
                event: event, message: "\(window.leftOut) more lines like this in one second were left out",
                fields: [(name: "leftOut", value: .count(window.leftOut))], time: now.time)
            put(line, in: &state)
        }
    }

    private func put(_ line: LogLine, in state: inout State) {
        state.unread += journal?.takeRefused() ?? 0
        if state.unread > 0 {
            let gap = LogLine(
                event: Event("log", .warning), message: "\(state.unread) lines were lost because nobody read the log",
                fields: [(name: "lost", value: .count(state.unread))], time: line.time)
            guard send(gap) else {
                state.unread += 1
                return
            }
            state.unread = 0
        }
        if !send(line) { state.unread += 1 }
    }

    private func send(_ line: LogLine) -> Bool { journal?.offer(line.record(style.format)) ?? send(line.bytes(style)) }

    /// Writes the bytes in one piece if that is possible at once.
    ///
    /// No O_NONBLOCK: standard error is often shared with a shell, which would inherit it. A pipe that polls writable
    /// takes PIPE_BUF bytes without waiting, and this log holds its lock meanwhile.
    private func send(_ bytes: [UInt8]) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Safe: one structure, and its count is one.
        guard unsafe Glibc.poll(&poll, 1, 0) == 1, poll.revents & Int16(POLLOUT) != 0 else { return false }
        // Safe: the array outlives the call and has as many bytes as are named.
        return unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }
}

extension LogLevel {
    /// The level that `log-min-level` names.
    package init(_ level: Settings.LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
