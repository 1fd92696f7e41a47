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

    @Test("reaches the web and the rooms that are made from then on")
    func web() throws {
        let server = try TestService()
        #expect(try server.request("POST", "/api/rooms").status == 201)
        var settings = server.service.settings
        settings.roomCreation = .key
        settings.roomKeys = ["a-key"]
        settings.roomMaxParticipants = 2
        settings.acmeRedirect = "http://acme.example.org/"
        server.service.settings = settings
        server.service.reloadWeb()
        // The order lies in the web's mailbox: what is asked after it is answered by it, in a moment.
        var status = 201
        for _ in 0..<100 where status == 201 { status = try server.request("POST", "/api/rooms").status }
        #expect(status == 403)
        #expect(try server.request("POST", "/api/rooms", body: #"{"maxParticipants":3}"#, key: "a-key").status == 400)
        let room = try server.request("POST", "/api/rooms", key: "a-key")
        #expect(room.status == 201)
        let challenge = try server.request("GET", "/.well-known/acme-challenge/x.y")
        #expect(challenge.status == 308)
        #expect(challenge.fields["location"] == "http://acme.example.org/x.y")
    }

    @Test("changes nothing when the configuration has a mistake")
    func mistake() throws {
        let recorder = try LogTests.Recorder()
        let service = Service(Self.settings(), log: recorder.log)
        service.reload(Input(file: .init(path: "sterna.conf", text: "user=ana:pw\nmin-port=x")).verdict())
        #expect(service.settings.users.isEmpty)
        let lines = recorder.lines()
        #expect(lines.first?.contains("at=sterna.conf:2") == true)
        #expect(lines.last?.contains("nothing was reloaded") == true)
    }
}
