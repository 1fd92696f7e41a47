// SPDX-License-Identifier: Apache-2.0
import Configuration
import Glibc
import Synchronization
import Testing
import Wire

@testable import Server

@Suite("The log")
struct LogTests {
    /// A clock that the test moves.
    final class Clock: Sendable {
        private let now = Mutex(Moment(instant: Instant(nanoseconds: 0), time: UnixTime(seconds: 1_780_000_000)))
        var moment: Moment { now.withLock { $0 } }
        func advance(_ delay: Duration) { now.withLock { $0 = $0 + delay } }
    }

    /// A log that writes into a pipe.
    final class Recorder: Sendable {
        let log: Log
        let clock = Clock()
        private let reader: Int32
        private let writer: Int32

        init(_ style: LogStyle = LogStyle(format: .text), level: LogLevel = .info) throws {
            var ends: [Int32] = [0, 0]
            // Safe: the array has room for the two descriptors.
            let made = unsafe pipe(&ends)
            try #require(made == 0)
            (reader, writer) = (ends[0], ends[1])
            _ = fcntl(reader, F_SETFL, O_NONBLOCK)
            log = Log(level: level, style: style, descriptor: writer) { [clock] in clock.moment }
        }

        deinit {
            close(reader)
            close(writer)
        }

        func wait(_ delay: Duration) { clock.advance(delay) }

        /// What was written since the last call.
        func lines() -> [String] {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                // Safe: the buffer has as many bytes as are named.
                let count = unsafe read(reader, &buffer, buffer.count)
                guard count > 0 else { break }
                text += buffer[..<count]
            }
            return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    static let clientGone: KeyValuePairs<String, LogValue> = [
        "user": "ana", "client": .endpoint(Endpoint(.v4(0xC000_0201), 5000)), "bytes": 1_000_000,
        "duration": .duration(.milliseconds(90_250)), "relayed": .flag(true),
    ]

    @Test("a line of text says when, how grave, what and the particulars")
    func text() throws {
        let recorder = try Recorder()
        recorder.log.write(.session, "session over", Self.clientGone)
        #expect(
            recorder.lines() == [
                "2026-05-28T20:26:40.000Z info session: session over user=ana client=192.0.2.1:5000 bytes=1000000 duration=90.250s relayed=yes"
            ])
    }

    @Test("a line for the journal begins with its priority and leaves the time to the journal")
    func journal() throws {
        let recorder = try Recorder(LogStyle(format: .text, hasPriorities: true))
        recorder.log.write(.failure, "disk full")
        recorder.log.write(.ready, "open http://localhost:8080")
        #expect(recorder.lines() == ["<3>error failure: disk full", "<6>info ready: open http://localhost:8080"])
    }

    @Test("a line of JSON is one object")
    func json() throws {
        let recorder = try Recorder(LogStyle(format: .json))
        recorder.log.write(.session, "session over", Self.clientGone)
        #expect(
            recorder.lines() == [
                #"{"time":"2026-05-28T20:26:40.000Z","level":"info","event":"session","message":"session over","user":"ana","client":"192.0.2.1:5000","bytes":1000000,"duration":90.250,"relayed":true}"#
            ])
    }

    @Test(
        "a hostile name stays inside its quotes and on its line",
        arguments: [
            ("a\r\n<0>root: x", #"a\u000d\n<0>root: x"#), ("\u{1B}[2J", #"\u001b[2J"#), ("a\" b=\"c", #"a\" b=\"c"#),
            ("\u{9B}31m", #"\u009b31m"#), ("\u{202E}cod", #"\u202ecod"#), ("\\n", #"\\n"#), ("", ""),
            ("\u{0}", #"\u0000"#),
        ],
        [Settings.LogFormat.text, .json])
    func hostile(name: (raw: String, escaped: String), format: Settings.LogFormat) throws {
        let recorder = try Recorder(LogStyle(format: format))
        recorder.log.write(.session, "over", ["user": .text(name.raw)])
        let field = format == .text ? "user=\"\(name.escaped)\"" : "\"user\":\"\(name.escaped)\""
        let lines = recorder.lines()
        #expect(lines.count == 1)
        #expect(lines.first?.contains(field) == true)
    }

    @Test("no line is longer than a pipe takes in one piece", arguments: [Settings.LogFormat.text, .json])
    func long(format: Settings.LogFormat) throws {
        let recorder = try Recorder(LogStyle(format: format))
        let long = LogValue.text(String(repeating: "\u{1}", count: 100_000))
        recorder.log.write(
            .session, String(repeating: "é", count: 5000),
            ["a": long, "b": long, "c": long, "d": long, "e": "short"])
        let line = try #require(recorder.lines().first)
        #expect(line.utf8.count < 4096)
        #expect(line.contains("…"))
        #expect(line.contains("short"))
    }

    @Test("a class of lines has ten a second, and says how many were left out")
    func rate() throws {
        let recorder = try Recorder()
        for _ in 0..<25 { recorder.log.write(.host, "socket buffer too small") }
        recorder.log.write(.ready, "another class")
        #expect(recorder.lines().count == 11)
        recorder.wait(.seconds(1))
        recorder.log.write(.ready, "open")
        let lines = recorder.lines()
        #expect(lines.count == 2)
        #expect(
            lines.first?.contains("warning host: 15 more lines like this in one second were left out leftOut=15")
                == true)
    }

    @Test("what was left out is told at the end too")
    func finish() throws {
        let recorder = try Recorder()
        for _ in 0..<12 { recorder.log.write(.host, "x") }
        recorder.log.finish()
        #expect(recorder.lines().last?.contains("leftOut=2") == true)
    }

    @Test("lines below the level are not written, and do not count")
    func level() throws {
        let recorder = try Recorder(level: .warning)
        recorder.log.write(.session, "over")
        #expect(!recorder.log.isWanted(.session))
        recorder.log.setLevel(.debug)
        recorder.log.write(.refused, "403")
        #expect(recorder.lines().count == 1)
    }

    @Test("a reader that stopped costs lines, not time, and is told how many")
    func fullPipe() throws {
        let recorder = try Recorder()
        let big = LogValue.text(String(repeating: "x", count: 250))
        let event = Event("big", .info, perSecond: 10_000)
        let clock = ContinuousClock()
        let taken = clock.measure {
            for _ in 0..<1000 { recorder.log.write(event, "line", ["x": big]) }
        }
        #expect(taken < .seconds(5))
        let written = recorder.lines().count
        #expect(written < 1000)
        recorder.log.write(event, "again")
        let lines = recorder.lines()
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix("lost=\(1000 - written)") == true)
    }

    @Test("threads never mix their lines")
    func threads() async throws {
        let recorder = try Recorder()
        let event = Event("thread", .info, perSecond: 10_000)
        await withTaskGroup { group in
            for thread in 0..<4 {
                group.addTask {
                    for index in 0..<100 {
                        recorder.log.write(event, "line", ["thread": .count(thread), "index": .count(index)])
                    }
                }
            }
        }
        let lines = recorder.lines()
        #expect(lines.count == 400)
        #expect(lines.allSatisfy { $0.wholeMatch(of: /.* info thread: line thread=\d index=\d+/) != nil })
    }
}
