// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Testing
import Wire

/// Plays one case against a world and says where the answer is not the one the case wants.
struct Player: ~Copyable {
    private var world: World
    private var clients: [String: Knowledge] = [:]
    private var transactions: UInt64 = 0
    private var token: [UInt8] = []
    private var relayed: Endpoint?

    init(_ subject: Case) {
        world = World(hasIPv6: !subject.given.contains("without(v6)"))
        guard !subject.given.hasPrefix("fresh") else { return }
        for client in ["A", "B", "C"] { challenge(client) }
        guard subject.given.hasPrefix("allocated") else { return }
        var attributes: [JSON] = [["REQUESTED-TRANSPORT", "11000000"]]
        if subject.given.contains("allocated(v6)") { attributes.append(["REQUESTED-ADDRESS-FAMILY", "02000000"]) }
        prepare(["request": "allocate", "as": "alice", "attributes": .array(attributes)])
        for name in Self.list("permitted", in: subject.given) {
            prepare([
                "request": "create-permission", "as": "alice",
                "attributes": [["XOR-PEER-ADDRESS", .string("@" + name)]],
            ])
        }
        if case let bound = Self.list("bound", in: subject.given), bound.count == 2 {
            prepare([
                "request": "channel-bind", "as": "alice",
                "attributes": [
                    ["CHANNEL-NUMBER", .string(bound[0] + "0000")], ["XOR-PEER-ADDRESS", .string("@" + bound[1])],
                ],
            ])
        }
        relayed = nil
    }

    /// What stands in the brackets behind a word.
    private static func list(_ word: String, in given: String) -> [String] {
        guard let open = given.firstRange(of: word + "("), let close = given[open.upperBound...].firstIndex(of: ")")
        else { return [] }
        return given[open.upperBound..<close].split(separator: ",").map(String.init)
    }

    /// Plays a step that prepares the ground and must succeed.
    private mutating func prepare(_ step: JSON) {
        let faults = play(.object((step.object ?? []) + [JSON.Member("expect", ["reply": "success"])]))
        #expect(faults == [], "while preparing")
    }

    /// Has the server tell a client realm and nonce.
    private mutating func challenge(_ client: String) {
        var request = composer("allocate", isIndication: false)
        request.append(Composer.type("REQUESTED-TRANSPORT"), [17, 0, 0, 0])
        world.send(request.bytes, from: client)
        for answer in world.takeReceived(client) {
            guard let message = try? Message(parsing: answer.span) else { continue }
            clients[client, default: Knowledge()].nonce = message.value(of: .nonce, in: answer.span) ?? []
        }
    }

    private mutating func composer(_ method: String, isIndication: Bool, transaction: [UInt8]? = nil) -> Composer {
        transactions += 1
        var fresh: [UInt8] = [1, 2, 3, 4]
        fresh.append(bigEndian: transactions)
        return Composer(
            method: Composer.methods[method] ?? 0, isIndication: isIndication, transaction: transaction ?? fresh,
            token: token)
    }

    /// Plays one step.
    ///
    /// - Returns: What was wrong with the answer, in words.
    mutating func play(_ step: JSON) -> [String] {
        let client = step["from"]?.string ?? "A"
        _ = world.takeReceived(client)
        _ = world.takeSent()
        if let seconds = step["wait"]?.integer {
            world.wait(seconds: seconds, wallClock: step["wallClock"]?.integer ?? 0)
            return []
        }
        if step["free"] != nil {
            return world.sockets.isEmpty ? [] : ["relay ports are still taken: \(world.sockets.keys)"]
        }
        if let peer = step["peer"]?.string, let endpoint = World.peers[peer] {
            world.send(Hex.decode(step["sends"]?.string ?? "") ?? [], fromPeer: endpoint)
        } else {
            let bytes = message(of: step, from: client)
            world.send(bytes, from: client)
        }
        guard let expected = step["expect"] else { return [] }
        return judge(expected, client: client)
    }

    private mutating func message(of step: JSON, from client: String) -> [UInt8] {
        if let hex = step["raw"]?.string { return Hex.decode(hex) ?? [] }
        let history = clients[client]?.history ?? []
        if let again = step["again"] { return history.suffix(Int(again.integer ?? 1)).first?.bytes ?? [] }
        let repeated = step["transaction"] == nil ? nil : clients["A"]?.history.last?.transaction
        let method = step["request"]?.string ?? step["indication"]?.string ?? ""
        var request = composer(method, isIndication: step["request"] == nil, transaction: repeated)
        request.append(step["attributes"])
        for _ in 0..<(step["repeat"]?.array?.last?.integer ?? 0) { request.append(0xFFEE, []) }
        if let user = step["as"]?.string { sign(&request, as: user, step, client: client) }
        clients[client, default: Knowledge()].history.append((request.bytes, request.transaction))
        return request.bytes
    }

    private mutating func sign(_ request: inout Composer, as user: String, _ step: JSON, client: String) {
        if step["nonce"]?.string == "renewed" { challenge(client) }
        let realm =
            step["realm"]?.string.map { $0.hasPrefix("*") ? request.value($0) : [UInt8]($0.utf8) }
            ?? [UInt8](World.realm.utf8)
        let credentials = Account(user, realm: realm)
        let omitted = step["omit"]?.strings ?? []
        if !omitted.contains("USERNAME") {
            if step["username"]?.string == "hash" {
                request.append(0x1E, credentials.hash)
            } else {
                request.append(0x06, step["username"]?.string.map(request.value) ?? credentials.name)
            }
        }
        request.append(step["second"])
        if !omitted.contains("REALM") { request.append(0x14, realm) }
        if !omitted.contains("NONCE") { request.append(0x15, nonce(step["nonce"]?.string, client: client, request)) }
        if step["fingerprint"]?.string == "before" { request.appendFingerprint() }
        let key = step["integrity"]?["key"] == nil ? credentials.key : credentials.password
        request.appendIntegrity(key: key, spoilt: step["integrity"])
        request.append(step["after"])
        if step["fingerprint"]?.boolean == true { request.appendFingerprint() }
    }

    private func nonce(_ kind: String?, client: String, _ request: Composer) -> [UInt8] {
        var nonce = clients[client]?.nonce ?? []
        switch kind {
        case nil, "renewed"?: break
        case "of A"?: nonce = clients["A"]?.nonce ?? []
        case "flipped"?: if !nonce.isEmpty { nonce[nonce.count - 1] ^= 1 }
        case "ahead"?: if nonce.count > 16 { nonce[14] ^= 1 }
        // The four characters behind the cookie “obMatJos2” are the features (RFC 8489 §9.2).
        case "features"?: for index in 9..<min(13, nonce.count) { nonce[index] = UInt8(ascii: "A") }
        case let text?: nonce = request.value(text)
        }
        return nonce
    }

    private mutating func judge(_ expected: JSON, client: String) -> [String] {
        var verdict = Verdict(answers: world.takeReceived(client), sent: world.takeSent())
        verdict.checkReply(expected)
        verdict.checkRelaying(expected)
        if let message = verdict.message {
            if let token = message.value(of: .reservationToken, in: verdict.bytes.span) {
                if expected["token"] != nil, token != self.token { verdict.faults.append("another token") }
                self.token = token
            }
            if let address = verdict.relayed {
                verdict.checkRelayed(expected["relayed"]?.string, address, before: relayed)
                relayed = address
            }
        }
        return verdict.faults
    }
}
