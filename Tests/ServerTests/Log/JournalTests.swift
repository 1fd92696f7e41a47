// SPDX-License-Identifier: Apache-2.0
import Configuration
import Glibc
import Synchronization
import Testing
import Wire

@testable import Server

@Suite("The log in systemd's journal")
struct JournalTests {
    /// Somebody in journald's place, who may stop to read.
    final class Reader: Sendable {
        private let records = Mutex<[[String]]>([])
        private let isStopped = Atomic(false)
        private let isRefusing = Atomic(false)

        func take(_ record: [[UInt8]]) -> Bool {
            while isStopped.load(ordering: .acquiring) { usleep(500) }
            guard !isRefusing.load(ordering: .acquiring) else { return false }
            records.withLock { $0.append(record.map { String(decoding: $0, as: UTF8.self) }) }
            return true
        }

        func stop() { isStopped.store(true, ordering: .releasing) }
        func goOn() { isStopped.store(false, ordering: .releasing) }
        func refuse(_ refuses: Bool) { isRefusing.store(refuses, ordering: .releasing) }
        var all: [[String]] { records.withLock { $0 } }
    }

    static func log(to reader: Reader, _ format: Settings.LogFormat = .text) throws -> Log {
        let journal = try Journal { reader.take($0) }
        return Log(level: .info, style: LogStyle(format: format), descriptor: -1, journal: journal) {
            Moment(instant: Instant(nanoseconds: 0), time: UnixTime(seconds: 1_780_000_000))
        }
    }

    @Test("a line is a record: every particular has a field, and the message has them all")
    func record() throws {
        let reader = Reader()
        let log = try Self.log(to: reader)
        log.write(.session, "session over", LogTests.clientGone)
        log.write(.failure, "disk full")
        log.finish()
        #expect(
            reader.all == [
                [
                    "MESSAGE=session: session over user=ana client=192.0.2.1:5000 bytes=1000000 duration=90.250s relayed=yes",
                    "PRIORITY=6", "SYSLOG_FACILITY=3", "EVENT=session", "USER=ana", "CLIENT=192.0.2.1:5000",
                    "BYTES=1000000", "DURATION=90.250", "RELAYED=yes",
                ],
                ["MESSAGE=failure: disk full", "PRIORITY=3", "SYSLOG_FACILITY=3", "EVENT=failure"],
            ])
    }

    @Test("where JSON is asked for the message is an object, and the fields are there all the same")
    func json() throws {
        let reader = Reader()
        let log = try Self.log(to: reader, .json)
        log.write(.seat, "somebody came in", ["room": "r", "peer": "p"])
        log.finish()
        #expect(
            reader.all.first?.first
                == #"MESSAGE={"time":"2026-05-28T20:26:40.000Z","level":"info","event":"seat","message":"somebody came in","room":"r","peer":"p"}"#
        )
        #expect(reader.all.first?.suffix(3) == ["EVENT=seat", "ROOM=r", "PEER=p"])
    }

    @Test(
        "names of fields are in the journal's letters, and none says what the journal says",
        arguments: [
            ("bytesToPeers", "BYTES_TO_PEERS"), ("user", "USER"), ("leftOut", "LEFT_OUT"),
            ("message", "STERNA_MESSAGE"),
            ("unit", "STERNA_UNIT"), ("at", "AT"), ("a.b", "A_B"), ("_pid", "STERNA__PID"), ("", "STERNA_"),
        ])
    func names(name: String, journal: String) { #expect(LogLine.journalName(name) == journal) }

    @Test("a hostile value stays in its field and tells a terminal nothing")
    func hostile() throws {
        let reader = Reader()
        let log = try Self.log(to: reader)
        log.write(.session, "over", ["user": .text("a\nPRIORITY=0\u{1B}[2J\u{202E}")])
        log.finish()
        #expect(reader.all.first?.last == #"USER=a\nPRIORITY=0\u001b[2J\u202e"#)
        #expect(reader.all.first?.filter { $0.hasPrefix("PRIORITY=") } == ["PRIORITY=6"])
    }

    @Test("a journal that stopped costs lines, not time, and is told how many")
    func stopped() throws {
        let reader = Reader()
        let log = try Self.log(to: reader)
        let event = Event("big", .info, perSecond: 10_000)
        reader.stop()
        let taken = ContinuousClock().measure {
            for _ in 0..<3 * Journal.places { log.write(event, "line") }
        }
        #expect(taken < .seconds(5))
        // It does not wait for ever at the end, either.
        log.flush()
        #expect(reader.all.isEmpty)
        reader.goOn()
        log.flush()
        let written = reader.all.count
        #expect((Journal.places - 1...Journal.places + 1).contains(written))
        log.write(event, "again")
        log.flush()
        #expect(reader.all.suffix(2).first?.contains("LOST=\(3 * Journal.places - written)") == true)
    }

    @Test("records that journald does not take are told when it does again")
    func refused() throws {
        let reader = Reader()
        let log = try Self.log(to: reader)
        reader.refuse(true)
        for _ in 0..<3 { log.write(.ready, "open") }
        log.flush()
        reader.refuse(false)
        log.write(.ready, "open")
        log.flush()
        #expect(reader.all.map(\.last) == ["LOST=3", "EVENT=ready"])
    }
}
