// SPDX-License-Identifier: Apache-2.0
import Configuration
import Server
import Testing
import Wire

@Suite("People, chats and the call log over HTTP")
struct PeopleTests {
    @Test("a person is made once, shows a secret, and is known after a restart")
    func people() throws {
        let directory = try TestService.temporaryDirectory()
        defer { TestService.remove(directory) }
        var service: TestService? = try TestService(in: directory)
        let ana = try service.orThrow.person("Ana")
        let ben = try service.orThrow.person("Ben")
        let body = #"{"members": ["\#(ana.id)", "\#(ben.id)"]}"#
        let made = try service.orThrow.request("POST", "/api/chats", body: body, key: ana.key)
        #expect(made.status == 201 && made.json?["members"]?.array?.count == 2)
        let turned = #"{"members": ["\#(ben.id)", "\#(ana.id)"]}"#
        let again = try service.orThrow.request("POST", "/api/chats", body: turned, key: ben.key)
        #expect(again.status == 200 && again.json?["chatId"] == made.json?["chatId"])
        service = nil
        service = try TestService(in: directory)
        let chats = try service.orThrow.request("GET", "/api/chats", key: ana.key)
        #expect(chats.json?["chats"]?.array?.first?["chatId"] == made.json?["chatId"])
        #expect(try service.orThrow.request("GET", "/api/calls", key: ana.key).json?["calls"]?.array?.isEmpty == true)
    }

    @Test("who does not say who they are is 401, who says it wrongly 403")
    func strangers() throws {
        let service = try TestService()
        let ana = try service.person("Ana")
        for (method, path) in [
            ("POST", "/api/chats"), ("GET", "/api/chats"), ("GET", "/api/calls"), ("POST", "/api/channels"),
            ("PATCH", "/api/channels/x"), ("DELETE", "/api/channels/x"), ("DELETE", "/api/channels/x/peers/y"),
            ("GET", "/api/channels/x/bans"), ("DELETE", "/api/channels/x/bans/y"), ("POST", "/api/images"),
            ("DELETE", "/api/images/x"),
        ] {
            let silent = try service.request(method, path)
            #expect(silent.status == 401 && silent.fields["www-authenticate"] == "Bearer", "\(method) \(path)")
            #expect(try service.request(method, path, key: "\(ana.id):wrong").status == 403, "\(method) \(path)")
            #expect(try service.request(method, path, key: "nobody").status == 401, "\(method) \(path)")
        }
        #expect(try service.request("GET", "/api/channels", key: "\(ana.id):wrong").status == 403)
    }

    @Test("a chat is of two different people, and of whoever makes it")
    func chats() throws {
        let service = try TestService()
        let (ana, ben, cem) = (try service.person("Ana"), try service.person("Ben"), try service.person("Cem"))
        for (members, status) in [
            ([ben.id, cem.id], 400), ([ana.id, ana.id], 400), ([ana.id], 400), ([ana.id, ben.id, cem.id], 400),
            ([ana.id, "nobody"], 404),
        ] {
            let body = JSON.object([.init("members", .array(members.map(JSON.string)))]).text
            #expect(try service.request("POST", "/api/chats", body: body, key: ana.key).status == status)
        }
    }

    @Test("names are names, and one address makes no more people than it may")
    func limits() throws {
        let service = try TestService { $0.userRate = 2 }
        for body in ["", "[]", "{}", #"{"name": ""}"#, #"{"name": "a\u0000"}"#, #"{"name": "\u202Ex"}"#] {
            #expect(try service.request("POST", "/api/users", body: body).status == 400)
        }
        _ = try service.person("Ana")
        _ = try service.person("Ben")
        let third = try service.request("POST", "/api/users", body: #"{"name": "Cem"}"#)
        #expect(third.status == 429 && third.fields["retry-after"] != nil)
    }
}

@Suite("Channels over HTTP and WebSockets")
struct ChannelTests {
    @Test("a message is in the history when it is told, once for its nonce")
    func messages() throws {
        let service = try TestService()
        let ana = try SocketClient(service, "/ws")
        ana.send(["type": "join", "channel": "general", "name": "Ana"])
        #expect(try ana.next("welcome")["channels"]?.array?.first?["name"] == "general")
        ana.send(["type": "message", "channel": "general", "text": "hello there", "nonce": "1"])
        let first = try ana.next("message")
        #expect(first["nonce"] == "1" && first["author"] == "Ana")
        ana.send(["type": "message", "channel": "general", "text": "hello there", "nonce": "1"])
        #expect(try ana.next("message")["id"] == first["id"])
        let history = try service.request("GET", "/api/history?channel=general")
        #expect(history.json?["messages"]?.array?.compactMap { $0["text"]?.string } == ["hello there"])
        #expect(history.fields["cache-control"] == "no-store")
        ana.send(["type": "edit", "id": first["id"] ?? .null, "text": "good morning"])
        #expect(try ana.next("edited")["editedAt"] != nil)
        let found = try service.request("GET", "/api/history?channel=general&q=morn")
        #expect(found.json?["messages"]?.array?.count == 1)
        ana.send(["type": "delete", "id": first["id"] ?? .null])
        _ = try ana.next("deleted")
        #expect(try service.request("GET", "/api/history?channel=general").json?["messages"]?.array?.isEmpty == true)
    }

    @Test(
        "history says what is wrong with a question",
        arguments: [
            ("", 400), ("channel=general&limit=0", 400), ("channel=general&limit=201", 400),
            ("channel=general&limit=x", 400), ("channel=general&before=x", 400), ("channel=general&after=%00", 400),
            ("channel=general&before=0000000000000001&after=0000000000000001", 400), ("channel=nowhere", 404),
            ("channel=Lounge", 404), ("channel=general&limit=200", 200),
            ("channel=general&after=0000000000000000", 200),
        ])
    func questions(query: String, status: Int) throws {
        let service = try TestService()
        #expect(try service.request("GET", "/api/history?\(query)").status == status)
    }

    @Test("who makes a channel may rename and close it, and put people out")
    func owner() throws {
        let service = try TestService()
        let (ana, ben) = (try service.person("Ana"), try service.person("Ben"))
        let body = #"{"name": "yard", "kind": "text", "unlisted": true}"#
        let made = try service.request("POST", "/api/channels", body: body, key: ana.key)
        let key = try #require(made.json?["key"]?.string)
        #expect(made.status == 201)
        #expect(try service.request("POST", "/api/channels", body: body, key: ben.key).status == 409)
        for (query, person, status) in [("", nil, 404), ("", ben.key, 404), ("&key=x", nil, 404), ("", ana.key, 200)] {
            #expect(try service.request("GET", "/api/history?channel=yard\(query)", key: person).status == status)
        }
        #expect(try service.request("GET", "/api/history?channel=yard&key=\(key)").status == 200)
        #expect(try service.channels().contains("yard") == false)
        #expect(try service.channels(key: ana.key).contains("yard"))
        let cem = try SocketClient(service, "/ws")
        cem.send(["type": "join", "channel": "yard", "name": "Cem"])
        #expect(try cem.next("error")["code"] == "no-such-channel")
        cem.send(["type": "join", "channel": "yard", "name": "Cem", "key": .string(key)])
        let peer = try #require(try cem.next("welcome")["peerId"]?.string)
        #expect(try service.request("DELETE", "/api/channels/yard/peers/\(peer)", key: ben.key).status == 403)
        #expect(try service.request("DELETE", "/api/channels/yard/peers/\(peer)?ban=true", key: ana.key).status == 204)
        #expect(try cem.next("kicked")["banned"] == true)
        cem.send(["type": "join", "channel": "yard", "name": "Cem", "key": .string(key)])
        #expect(try cem.next("error")["code"] == "banned")
        #expect(try service.request("DELETE", "/api/channels/yard/bans/*", key: ana.key).status == 204)
        let renamed = try service.request("PATCH", "/api/channels/yard", body: #"{"name": "garden"}"#, key: ana.key)
        #expect(renamed.status == 200 && renamed.json?["name"] == "garden")
        #expect(try service.request("DELETE", "/api/channels/garden", key: ana.key).status == 204)
        #expect(try service.request("DELETE", "/api/channels/garden", key: ana.key).status == 404)
        #expect(try service.request("DELETE", "/api/channels/general", key: ana.key).status == 403)
    }

    @Test("the channels of the configuration are there instead of the usual ones")
    func configured() throws {
        let service = try TestService {
            $0.channels = [ChannelSetting(kind: .text, name: "news"), ChannelSetting(kind: .voice, name: "Porch")]
        }
        #expect(try service.channels() == ["news", "Porch"])
    }

    @Test("a voice channel brings people together, with the server's own relay")
    func voice() throws {
        let service = try TestService()
        let ana = try SocketClient(service, "/ws/voice")
        ana.send(["type": "join", "channel": "Lounge", "name": "Ana"])
        let joined = try ana.next("joined")
        #expect(
            joined["iceServers"]?.array?.contains {
                $0["urls"]?.array?.first?.string?.hasPrefix("turn:127.0.0.1:") == true
            } == true)
        let ben = try SocketClient(service, "/ws/voice")
        ben.send(["type": "join", "channel": "Lounge", "name": "Ben"])
        #expect(try ben.next("joined")["peers"]?.array?.first?["name"] == "Ana")
        let peer = try #require(try ana.next("peer-joined")["peerId"])
        ana.send(["type": "offer", "to": peer, "sdp": "v=0 offer"])
        #expect(try ben.next("offer")["from"] == joined["peerId"])
    }
}

@Suite("Pictures over HTTP")
struct PictureTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// With a header of 13 bytes and 200,000 bytes of data, which nobody here looks into.
    private static let picture: [UInt8] =
        png + [0, 0, 0, 13] + Array("IHDR".utf8) + Array(repeating: 0, count: 17)
        + [0, 3, 0x0D, 0x40] + Array("IDAT".utf8) + Array(repeating: 1, count: 200_004)
        + [0, 0, 0, 0] + Array("IEND".utf8) + Array(repeating: 0, count: 4)

    @Test("are taken from people, shown to who has the link, and never run")
    func pictures() throws {
        let service = try TestService()
        let (ana, ben) = (try service.person("Ana"), try service.person("Ben"))
        let made = try service.post(Self.picture, "/api/images", key: ana.key)
        #expect(made.status == 201 && made.json?["type"] == "image/png")
        let url = try #require(made.json?["url"]?.string)
        let seen = try service.request("GET", url)
        #expect(seen.status == 200 && seen.fields["content-type"] == "image/png")
        #expect(seen.fields["x-content-type-options"] == "nosniff")
        #expect(seen.fields["content-security-policy"]?.hasSuffix("sandbox") == true)
        #expect(try service.request("DELETE", url, key: ben.key).status == 403)
        #expect(try service.request("DELETE", url, key: ana.key).status == 204)
        #expect(try service.request("GET", url).status == 404)
    }

    @Test("are pictures, and no larger than the operator wants")
    func refused() throws {
        let service = try TestService { $0.imageSize = 100_000 }
        let ana = try service.person("Ana")
        for text in [
            "", "GIF89a without a picture, with Exif", "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "<!doctype html><script>alert(1)</script>", "GIF",
        ] {
            #expect(try service.post(Array(text.utf8), "/api/images", key: ana.key).status == 415, "\(text)")
        }
        let long = try service.post(Self.png + Array(repeating: 1, count: 100_000), "/api/images", key: ana.key)
        #expect(long.status == 413)
        // Elsewhere bodies stay as short as ever.
        #expect(try service.post(Array(repeating: 0x20, count: 65_537), "/api/rooms", key: ana.key).status == 413)
    }
}

extension Optional where Wrapped == TestService {
    fileprivate var orThrow: TestService { get throws { try #require(self) } }
}

extension TestService {
    /// Makes a person; the key is what they show.
    func person(_ name: String) throws -> (id: String, key: String) {
        let answer = try request("POST", "/api/users", body: #"{"name": "\#(name)"}"#)
        let id = try #require(answer.json?["userId"]?.string, "\(answer.status)")
        return (id, "\(id):\(try #require(answer.json?["secret"]?.string))")
    }

    fileprivate func channels(key: String? = nil) throws -> [String] {
        try request("GET", "/api/channels", key: key).json?.array?.compactMap { $0["name"]?.string } ?? []
    }

    /// Posts bytes that need not be a text.
    fileprivate func post(_ body: [UInt8], _ path: String, key: String) throws -> Answer {
        let client = try RawClient(web)
        let head = [
            "POST \(path) HTTP/1.1", "Host: \(web)", "Connection: close", "Authorization: Bearer \(key)",
            "Content-Length: \(body.count)",
        ]
        client.send(head.joined(separator: "\r\n") + "\r\n\r\n")
        client.send(body)
        return try Answer(client.readToEnd())
    }
}
