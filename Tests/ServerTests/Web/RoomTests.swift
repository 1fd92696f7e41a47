// SPDX-License-Identifier: Apache-2.0
import Configuration
import Crypto
import Testing
import Wire

@testable import Server

@Suite("The rooms of the interface")
struct RoomTests {
    @Test("are made, looked at, and ended by their owner")
    func life() throws {
        let service = try TestService { $0.allowedOrigins = ["https://call.example"] }
        let made = try service.request("POST", "/api/rooms", headers: ["Host: call.example:8080"])
        #expect(made.status == 201 && made.fields["cache-control"] == "no-store")
        let token = try #require(made.json?["token"]?.string)
        let key = try #require(made.json?["ownerKey"]?.string)
        #expect(Base58.isWellFormed(token) && token.count >= 21)
        #expect(made.fields["location"] == "/api/rooms/\(token)")
        #expect(made.json?["url"]?.string == "http://call.example:8080/r/\(token)")
        #expect(made.json?["maxParticipants"]?.integer == 2)

        let status = try service.request("GET", "/api/rooms/\(token)")
        #expect(status.status == 200 && status.json?["status"]?.string == "waiting")
        #expect(status.json?["participants"]?.integer == 0 && status.json?["pinRequired"]?.boolean == false)
        #expect(status.json?["ownerKey"] == nil)

        let unauthorised = try service.request("DELETE", "/api/rooms/\(token)")
        #expect(unauthorised.status == 401 && unauthorised.fields["www-authenticate"] == "Bearer")
        for malformed in ["Basic abc", "Bearer", "Bearer a b", key] {
            #expect(
                try service.request("DELETE", "/api/rooms/\(token)", headers: ["Authorization: \(malformed)"]).status
                    == 401)
        }
        #expect(try service.request("DELETE", "/api/rooms/\(token)", key: "wrong").status == 403)
        #expect(try service.request("DELETE", "/api/rooms/\(token)/peers/nobody", key: key).status == 404)
        #expect(try service.request("DELETE", "/api/rooms/\(token)", key: key).status == 204)
        for path in ["/api/rooms/\(token)", "/api/rooms/\(token)/qr.svg"] {
            #expect(try service.request("GET", path).status == 410)
            #expect(try service.request("GET", path.replacing(token, with: "unknown")).status == 404)
        }
        #expect(try service.request("DELETE", "/api/rooms/\(token)", key: key).status == 410)
    }

    @Test(
        "are not made, and nobody is, by pages of other sites",
        arguments: [
            ["Origin: https://evil.example", "Content-Type: text/plain"], ["Origin: null"],
            ["Sec-Fetch-Site: cross-site"], ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"],
            ["Origin: http://call.example.evil.example"],
        ])
    func strangers(_ headers: [String]) throws {
        let service = try TestService { $0.allowedOrigins = ["https://call.example"] }
        for (method, path) in [("POST", "/api/rooms"), ("POST", "/api/users"), ("DELETE", "/api/rooms/x")] {
            let answer = try service.request(method, path, headers: ["Host: call.example"] + headers)
            #expect(answer.status == 403 && answer.json?["detail"]?.string?.contains("allowed-origin") == true)
        }
        #expect(try service.request("GET", "/api/channels", headers: headers).status == 200)
    }

    @Test(
        "are made by pages of this site, and by programs",
        arguments: [
            [], ["Origin: http://call.example"], ["Origin: https://call.example", "Sec-Fetch-Site: same-origin"],
            ["Sec-Fetch-Site: none"],
        ])
    func ownPages(_ headers: [String]) throws {
        let service = try TestService { $0.allowedOrigins = ["https://call.example"] }
        #expect(try service.request("POST", "/api/rooms", headers: ["Host: call.example"] + headers).status == 201)
    }

    @Test("are renewed: a new link, and the old one is gone")
    func renewal() throws {
        let service = try TestService()
        let (token, key) = try service.room(#"{"maxParticipants":3,"pin":"4711"}"#)
        #expect(try service.request("POST", "/api/rooms/\(token)/renew", key: "wrong").status == 403)
        let renewed = try service.request("POST", "/api/rooms/\(token)/renew", key: key)
        #expect(renewed.status == 201 && renewed.json?["maxParticipants"]?.integer == 3)
        let new = try #require(renewed.json?["token"]?.string)
        #expect(new != token && renewed.json?["ownerKey"]?.string != key)
        #expect(try service.request("GET", "/api/rooms/\(token)").status == 410)
        #expect(try service.request("GET", "/api/rooms/\(new)").json?["pinRequired"]?.boolean == true)
    }

    @Test(
        "are refused when what is asked makes no sense",
        arguments: [
            "x", "[]", #"{"ttl":0}"#, #"{"ttl":1.5}"#, #"{"ttl":604801}"#, #"{"maxParticipants":1}"#,
            #"{"maxParticipants":5}"#,
            #"{"oneTime":1}"#, #"{"pin":""}"#, #"{"pin":4711}"#,
        ])
    func badWish(body: String) throws {
        let answer = try TestService().request("POST", "/api/rooms", body: body)
        #expect(answer.status == 400 && answer.fields["content-type"] == "application/problem+json")
    }

    @Test("have their links made with public-url where it is set")
    func publicURL() throws {
        let service = try TestService { $0.publicURL = "https://call.example" }
        let made = try service.request("POST", "/api/rooms", body: #"{"unknown":true}"#)
        #expect(made.json?["url"]?.string?.hasPrefix("https://call.example/r/") == true)
        let token = try #require(made.json?["token"]?.string)
        let code = try service.request("GET", "/api/rooms/\(token)/qr.svg")
        #expect(code.status == 200 && code.fields["content-type"] == "image/svg+xml" && code.body.hasPrefix("<svg"))
    }

    @Test("take a key to be made where the operator says so")
    func creationKey() throws {
        let service = try TestService {
            $0.roomCreation = .key
            $0.roomKeys = ["first", "second"]
        }
        let without = try service.request("POST", "/api/rooms")
        #expect(without.status == 403 && without.fields["www-authenticate"] == "Bearer")
        #expect(try service.request("POST", "/api/rooms", headers: ["Authorization: Basic eDp5"]).status == 401)
        #expect(try service.request("POST", "/api/rooms", key: "third").status == 403)
        #expect(try service.request("POST", "/api/rooms", key: "second").status == 201)
    }

    @Test("are made at most so often from one address, whatever it claims")
    func rate() throws {
        let service = try TestService { $0.roomRate = 3 }
        for _ in 0..<3 { #expect(try service.request("POST", "/api/rooms").status == 201) }
        let refused = try service.request("POST", "/api/rooms", headers: ["X-Forwarded-For: 203.0.113.9"])
        #expect(refused.status == 429)
        #expect(Int(refused.fields["retry-after"] ?? "").map { (1...21).contains($0) } == true)
    }

    @Test("are counted for the client behind a trusted proxy, and for no address that the client made up")
    func proxies() throws {
        let service = try TestService {
            $0.roomRate = 1
            $0.trustedProxies = AddressRange("127.0.0.0/8").map { [$0] } ?? []
        }
        let status = { (headers: [String]) in try service.request("POST", "/api/rooms", headers: headers).status }
        #expect(try status(["X-Forwarded-For: 203.0.113.1"]) == 201)
        #expect(try status(["X-Forwarded-For: 198.51.100.7, 203.0.113.1"]) == 429)
        #expect(try status(["X-Forwarded-For: 203.0.113.1, 203.0.113.2"]) == 201)
        #expect(try status(["X-Forwarded-For: 203.0.113.2, 127.0.0.9"]) == 429)
        #expect(try status(["Forwarded: for=\"[2001:db8::1]:4711\";proto=https"]) == 201)
        #expect(try status(["Forwarded: for=\"[2001:db8::2]\""]) == 429)
        #expect(try status(["Forwarded: for=192.0.2.60", "X-Forwarded-For: 203.0.113.2"]) == 429)
        let secure = try service.request(
            "POST", "/api/rooms",
            headers: ["X-Forwarded-For: 203.0.113.50", "X-Forwarded-Proto: https", "Host: a.example"])
        #expect(secure.json?["url"]?.string?.hasPrefix("https://a.example/r/") == true)
    }

    @Test("are there again after a restart, and the ended ones still known")
    func restart() throws {
        let directory = try TestService.temporaryDirectory()
        defer { TestService.remove(directory) }
        var first: TestService? = try TestService(in: directory)
        let (token, key) = try #require(try first?.room())
        let (ended, endedKey) = try #require(try first?.room())
        _ = try first?.request("DELETE", "/api/rooms/\(ended)", key: endedKey)
        first = nil
        let second = try TestService(in: directory)
        #expect(try second.request("GET", "/api/rooms/\(token)").status == 200)
        #expect(try second.request("GET", "/api/rooms/\(ended)").status == 410)
        #expect(try second.request("DELETE", "/api/rooms/\(token)", key: key).status == 204)
    }

    @Test("give credentials that the relay's secret explains, for live rooms without a pin only")
    func credentials() throws {
        let service = try TestService { $0.allowedOrigins = ["https://call.example"] }
        let secret = service.service.secrets.relaySecret
        let (token, _) = try service.room()
        let (closed, _) = try service.room(#"{"pin":"1"}"#)
        let answer = try service.request(
            "GET", "/api/webrtc-config?room=\(token)", headers: ["Host: call.example:8080"])
        #expect(answer.status == 200 && answer.fields["cache-control"] == "no-store")
        let servers = try #require(answer.json?["iceServers"]?.array)
        let relay = try #require(servers.first { $0["username"] != nil })
        let username = try #require(relay["username"]?.string)
        let digest = HMAC.authenticate(Array(username.utf8), key: Array(secret.utf8), .sha1)
        #expect(relay["credential"]?.string == Base64.encode(digest.array))
        let until = try #require(Int64(username.prefix { $0 != ":" }))
        #expect(UnixTime(seconds: until).description == answer.json?["expiresAt"]?.string)
        #expect(relay["urls"]?.array?.allSatisfy { $0.string?.hasPrefix("turn:call.example:") == true } == true)
        for path in ["/api/webrtc-config", "/api/webrtc-config?room=unknown", "/api/webrtc-config?room=\(closed)"] {
            let open = try service.request("GET", path)
            #expect(open.status == 200)
            #expect(open.json?["iceServers"]?.array?.contains { $0["credential"] != nil } == false)
        }
    }
}
