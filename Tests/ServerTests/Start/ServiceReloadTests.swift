// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing
import Wire

@testable import Server

@Suite("A reload of the running server")
struct ServiceReloadTests {
    static func settings(_ change: (inout Settings) -> Void = { _ in }) -> Settings {
        var settings = Settings()
        settings.listeningAddresses = [.loopbackV4]
        settings.listeningPort = 0
        settings.workers = 1
        change(&settings)
        return settings
    }

    @Test("puts into force what can change, keeps serving, and names what waits")
    func changes() throws {
        let recorder = try LogTests.Recorder()
        let service = Service(Self.settings(), log: recorder.log)
        try service.start()
        defer { service.stop() }
        let endpoints = service.relayEndpoints
        _ = recorder.lines()

        service.reload(
            Input(
                file: .init(
                    path: "sterna.conf",
                    text: "listening-ip=127.0.0.1\nlistening-port=3478\nworkers=1\nuser=ana:pw\nlog-min-level=warning")
            ).verdict())

        #expect(service.settings.users.map(\.name) == ["ana"])
        #expect(service.settings.listeningPort == 0)
        #expect(service.relayEndpoints == endpoints)
        let line = try #require(recorder.lines().last)
        #expect(line.contains("waiting=listening-port"))
        #expect(line.contains("changed=\"user log-min-level\""))
    }

    @Test("changes nothing when the configuration has a mistake")
    func mistake() throws {
        let recorder = try LogTests.Recorder()
        let service = Service(Self.settings(), log: recorder.log)
        service.reload(Input(file: .init(path: "sterna.conf", text: "user=ana:pw\nmin-prot=1")).verdict())
        #expect(service.settings.users.isEmpty)
        let lines = recorder.lines()
        #expect(lines.first?.contains("at=sterna.conf:2") == true)
        #expect(lines.last?.contains("nothing was reloaded") == true)
    }
}
