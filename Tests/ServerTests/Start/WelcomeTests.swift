// SPDX-License-Identifier: Apache-2.0
import Configuration
import Glibc
import Testing
import Wire

@testable import Server

@Suite("The start")
struct WelcomeTests {
    static let everywhere = [Endpoint(.anyV4, 8080), Endpoint(.anyV6, 8080)]

    @Test("says where to go, by a name under which the browser allows the camera")
    func welcome() {
        var settings = Settings()
        #expect(settings.welcome(web: Self.everywhere) == "open http://localhost:8080")
        #expect(settings.welcome(web: [Endpoint(.v4(0xC000_0201), 80)]) == "open http://192.0.2.1:80")
        #expect(settings.welcome(web: []) == "serving STUN and TURN")
        settings.publicURL = "https://call.example.org"
        #expect(settings.welcome(web: Self.everywhere) == "open https://call.example.org")
    }

    @Test("makes the data directory for its user alone, and leaves one that is there as it is")
    func dataDirectory() {
        let folder = "/tmp/sterna-start-\(getpid())"
        defer { for path in ["\(folder)/a/b", "\(folder)/a", folder] { unsafe rmdir(path) } }
        DataDirectory.make("\(folder)/a/b")
        DataDirectory.make("\(folder)/a/b")
        var status = stat()
        let found = unsafe stat("\(folder)/a/b", &status)
        #expect(found == 0)
        #expect(status.st_mode & 0o777 == 0o700)
    }
}
