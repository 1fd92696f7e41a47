// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("A reload")
struct ReloadTests {
    @Test("takes over what can change while serving, and names what waits for a restart")
    func changes() throws {
        let running = try #require(
            verdict("user=ana:one", "listening-port=3478", "denied-peer-ip=192.0.2.1", "web-port=80").settings)
        let read = try #require(
            verdict("user=ana:two", "listening-port=3479", "user-quota=4", "web-port=80").settings)
        let reload = Reload(of: running, with: read)
        #expect(reload.applied == ["user", "denied-peer-ip", "user-quota"])
        #expect(reload.waiting == ["listening-port"])
        #expect(reload.settings.users == read.users)
        #expect(reload.settings.deniedPeers.isEmpty)
        #expect(reload.settings.userQuota == 4)
        #expect(reload.settings.listeningPort == 3478)
    }

    @Test("of the same file changes nothing, wherever a rule has moved")
    func same() throws {
        let settings = try #require(verdict("user=ana:one", "web-port=80").settings)
        let reload = Reload(of: settings, with: settings)
        #expect(reload.applied.isEmpty && reload.waiting.isEmpty)
        #expect(reload.settings == settings)
    }
}
