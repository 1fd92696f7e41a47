// SPDX-License-Identifier: Apache-2.0
import STUN
import Wire

/// Holds what came back against what a case expects.
struct Verdict {
    let answers: [[UInt8]]
    let sent: [(peer: Endpoint, bytes: [UInt8])]
    var faults: [String] = []

    init(answers: [[UInt8]], sent: [(peer: Endpoint, bytes: [UInt8])]) {
        self.answers = answers
        self.sent = sent
    }

    var bytes: [UInt8] { answers.first ?? [] }
    /// The answer, when it is a STUN message that parses.
    var message: Message? { try? Message(parsing: bytes.span) }

    /// The relayed address that the answer tells.
    var relayed: Endpoint? {
        guard let value = message?.value(of: .xorRelayedAddress, in: bytes.span), value.count == 8 else { return nil }
        let port = value.span.integer(UInt16.self, at: 2) ?? 0
        return Endpoint(.v4((value.span.integer(UInt32.self, at: 4) ?? 0) ^ 0x2112_A442), port ^ 0x2112)
    }

    /// `none`, `success` or an error code.
    private var reply: String {
        guard let message else { return answers.isEmpty ? "none" : "no STUN message" }
        if message.header.kind == .success { return "success" }
        let code = (try? message.errorCode(in: bytes.span)) ?? nil
        return code.map { String($0.rawValue) } ?? "neither success nor error"
    }

    /// What a case may expect; anything else would be expected in vain.
    private static let expectations: Set = [
        "reply", "has", "lacks", "unknown", "lifetime", "maxBytes", "size", "relayed", "token", "peers", "sends",
        "data",
    ]

    mutating func checkReply(_ expected: JSON) {
        if let wanted = expected["reply"]?.alternatives {
            let names = wanted.map { $0.string ?? $0.integer.map(String.init) ?? "" }
            if !names.contains(reply) { faults.append("answer: \(reply), not \(names)") }
            if answers.count > 1 { faults.append("\(answers.count) answers") }
        }
        if let most = expected["maxBytes"]?.integer, bytes.count > most {
            faults.append("\(bytes.count) bytes, not \(most)")
        }
        if let size = expected["size"]?.integer, bytes.count != size {
            faults.append("\(bytes.count) bytes, not \(size)")
        }
        for member in expected.object ?? [] where !Self.expectations.contains(member.name) {
            faults.append("nobody checks “\(member.name)”")
        }
        for name in expected["has"]?.strings ?? [] where !has(name) { faults.append("lacks \(name)") }
        for name in expected["lacks"]?.strings ?? [] where has(name) { faults.append("has \(name)") }
        if let wanted = expected["unknown"]?.strings, !bytes.isEmpty {
            let types = (try? message?.unknownAttributes(in: bytes.span)) ?? []
            let found = types.map { String(0x10000 + Int($0.rawValue), radix: 16).dropFirst() }.map(String.init)
            if found != wanted { faults.append("unknown attributes \(found), not \(wanted)") }
        }
        if let wanted = expected["lifetime"]?.integer {
            let value = message?.value(of: .lifetime, in: bytes.span) ?? []
            let found = value.span.integer(UInt32.self, at: 0)
            if found.map(Int64.init) != wanted {
                faults.append("lifetime \(found.map(String.init) ?? "none"), not \(wanted)")
            }
        }
    }

    mutating func checkRelaying(_ expected: JSON) {
        for member in expected["peers"]?.object ?? [] {
            let found = sent.filter { $0.peer == World.peers[member.name] }.map { Hex.encode($0.bytes) }
            if found != member.value.strings {
                faults.append("\(member.name) got \(found), not \(member.value.strings)")
            }
        }
        if let count = expected["sends"]?.integer, sent.count != count { faults.append("sent to \(sent.map(\.peer))") }
        guard let data = expected["data"]?.array, let payload = data.last?.string else { return }
        guard answers.count == 1 else { return faults.append("\(answers.count) messages to the client, not one") }
        if let channel = data.first?.integer {
            var wanted: [UInt8] = []
            wanted.append(bigEndian: UInt16(channel))
            wanted.append(bigEndian: UInt16(payload.utf8.count / 2))
            wanted += Hex.decode(payload) ?? []
            if Array(bytes.prefix(wanted.count)) != wanted { faults.append("client got \(Hex.encode(bytes))") }
        } else if message?.value(of: .data, in: bytes.span) != Hex.decode(payload) {
            faults.append("client got \(Hex.encode(bytes))")
        }
    }

    mutating func checkRelayed(_ wanted: String?, _ address: Endpoint, before: Endpoint?) {
        let isRight =
            switch wanted {
            case "same"?: address == before
            case "other"?: address != before
            case "even"?: address.port % 2 == 0
            case "next"?: address.port == before.map { $0.port + 1 }
            default: true
            }
        if !isRight {
            faults.append("relayed address \(address) after \(before?.description ?? "none"), not \(wanted ?? "")")
        }
    }

    private func has(_ name: String) -> Bool { message?.has(AttributeType(rawValue: Composer.type(name))) ?? false }
}
