// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Testing
import Wire

@Suite("Message")
struct MessageTests {
    static let transaction = TransactionID(high: 0x0102_0304, low: 0x0506_0708_090A_0B0C)
    let key = LongTermKey.derive(username: "user", realm: "realm", password: "pass", .md5)

    func message(_ kind: Kind = .request, _ build: (inout Writer) -> Void) -> [UInt8] {
        var writer = Writer(capacity: 2048)
        writer.begin(kind, .allocate, Self.transaction)
        build(&writer)
        return writer.array
    }

    @Test("every attribute that is written is read again")
    func roundTrip() throws {
        let peers = ["192.0.2.1:1", "[2001:db8::1]:65535", "255.255.255.255:0"].compactMap { Endpoint($0) }
        let bytes = message { writer in
            for peer in peers { writer.append(.xorPeerAddress, xorAddress: peer) }
            writer.append(.mappedAddress, address: peers[1])
            writer.append(channelNumber: 0x4001)
            writer.append(lifetime: 600)
            writer.append(requestedTransport: 17)
            writer.append(.requestedAddressFamily, family: .v6)
            writer.append(.evenPort, integer: UInt8(0x80))
            writer.append(.reservationToken, integer: UInt64(0x0123_4567_89AB_CDEF))
            writer.append(.dontFragment, [UInt8]().span)
            writer.append(.insufficientCapacity)
            writer.appendUnknown([.evenPort, AttributeType(rawValue: 0x7FFF), .dontFragment])
            writer.append(.username, [UInt8]("ana".utf8).span)
        }
        #expect(bytes.count % 4 == 0)
        let message = try Message(parsing: bytes.span)
        var read: [Endpoint] = []
        try message.forEach(.xorPeerAddress, in: bytes.span) { place throws(DecodeError) in
            read.append(try Message.xorAddress(.xorPeerAddress, at: place, Self.transaction, in: bytes.span))
        }
        #expect(read == peers)
        let first = try message.xorAddress(.xorPeerAddress, in: bytes.span)
        #expect(first == peers[0])
        let plain = try message.place(of: .mappedAddress).map {
            try Message.address(.mappedAddress, at: $0, in: bytes.span)
        }
        #expect(plain == peers[1])
        let numbers = try (
            message.channelNumber(in: bytes.span), message.lifetime(in: bytes.span),
            message.requestedTransport(in: bytes.span), message.addressFamily(.requestedAddressFamily, in: bytes.span),
            message.reservationToken(in: bytes.span)
        )
        #expect(numbers == (0x4001, 600, 17, 2, 0x0123_4567_89AB_CDEF))
        let even = try message.evenPort(in: bytes.span)
        #expect(even == true)
        let whole = try message.dontFragment()
        #expect(whole)
        let code = try message.errorCode(in: bytes.span)
        #expect(code == .insufficientCapacity)
        let unknown = try message.unknownAttributes(in: bytes.span)
        #expect(unknown == [.evenPort, AttributeType(rawValue: 0x7FFF), .dontFragment])
        let name = message.value(of: .username, in: bytes.span)
        #expect(name == [UInt8]("ana".utf8))
    }

    @Test("integrity and fingerprint are made and found right", arguments: [Integrity.sha1, .sha256])
    func protection(_ integrity: Integrity) throws {
        let bytes = message { writer in
            writer.append(lifetime: 1)
            writer.append(integrity, key: key)
            writer.appendFingerprint()
        }
        let message = try Message(parsing: bytes.span)
        let authentic = message.isAuthentic(integrity, key: key, in: bytes.span)
        #expect(authentic)
        let foreign = message.isAuthentic(integrity, key: HashFunction.md5.digest([1]), in: bytes.span)
        #expect(!foreign)
        let fits = message.fingerprintFits(in: bytes.span)
        #expect(fits == true)
    }

    @Test("both integrity attributes and FINGERPRINT stand together")
    func both() throws {
        let bytes = message { writer in
            writer.append(.sha1, key: key)
            writer.append(.sha256, key: key)
            writer.appendFingerprint()
        }
        let message = try Message(parsing: bytes.span)
        let sha1 = message.isAuthentic(.sha1, key: key, in: bytes.span)
        let sha256 = message.isAuthentic(.sha256, key: key, in: bytes.span)
        let fits = message.fingerprintFits(in: bytes.span)
        #expect(sha1 && sha256 && fits == true)
    }

    @Test("what follows MESSAGE-INTEGRITY counts for nothing")
    func behindIntegrity() throws {
        let bytes = message { writer in
            writer.append(.sha1, key: key)
            writer.append(lifetime: 0)
            writer.append(AttributeType(rawValue: 0x7FFF), [UInt8]().span)
            writer.append(.sha1, key: HashFunction.md5.digest([1]))
        }
        let message = try Message(parsing: bytes.span)
        #expect(!message.has(.lifetime))
        #expect(!message.hasUnknownRequired(except: AttributeSet([.messageIntegrity])))
        let authentic = message.isAuthentic(.sha1, key: key, in: bytes.span)
        #expect(authentic)
    }

    @Test("the first of duplicates counts")
    func duplicates() throws {
        let bytes = message { writer in
            writer.append(lifetime: 700)
            writer.append(lifetime: 3000)
        }
        let message = try Message(parsing: bytes.span)
        let lifetime = try message.lifetime(in: bytes.span)
        #expect(lifetime == 700)
    }

    @Test("unknown required types are named once, at most eight of them; optional ones are ignored")
    func unknown() throws {
        let bytes = message { writer in
            writer.append(.priority, [UInt8]().span)
            for _ in 0..<50 { writer.append(AttributeType(rawValue: 0x7FFF), [UInt8]().span) }
            writer.append(AttributeType(rawValue: 0xFFFF), [UInt8]().span)
            writer.append(AttributeType(rawValue: 0x8055), [UInt8]().span)
        }
        let message = try Message(parsing: bytes.span)
        let unknown = message.unknownRequired(except: AttributeSet([.lifetime]))
        #expect(unknown == [.priority, AttributeType(rawValue: 0x7FFF)])
        let many = self.message { writer in
            for number in UInt16(0x7000)..<0x7040 { writer.append(AttributeType(rawValue: number), [UInt8]().span) }
        }
        let crowded = try Message(parsing: many.span)
        #expect(crowded.unknownRequired(except: AttributeSet([])).count == 8)
    }

    @Test(
        "values of the wrong length are malformed",
        arguments: [
            (.lifetime, [3, 8]), (.channelNumber, [0, 2]), (.requestedTransport, [3]), (.reservationToken, [7]),
            (.evenPort, [0, 2]), (.dontFragment, [4]), (.xorPeerAddress, [0, 3, 9, 21]), (.errorCode, [3]),
            (.requestedAddressFamily, [1]), (.unknownAttributes, [1]), (.passwordAlgorithm, [3]),
        ] as [(AttributeType, [Int])])
    func malformed(type: AttributeType, lengths: [Int]) throws {
        for length in lengths {
            // A first byte of 1 would make a family IPv4.
            let bytes = message { $0.append(type, [UInt8](repeating: 1, count: length).span) }
            let message = try Message(parsing: bytes.span)
            #expect(throws: DecodeError.malformed(type), "\(length) bytes") {
                switch type {
                case .lifetime: _ = try message.lifetime(in: bytes.span)
                case .channelNumber: _ = try message.channelNumber(in: bytes.span)
                case .requestedTransport: _ = try message.requestedTransport(in: bytes.span)
                case .reservationToken: _ = try message.reservationToken(in: bytes.span)
                case .evenPort: _ = try message.evenPort(in: bytes.span)
                case .dontFragment: _ = try message.dontFragment()
                case .errorCode: _ = try message.errorCode(in: bytes.span)
                case .unknownAttributes: _ = try message.unknownAttributes(in: bytes.span)
                case .passwordAlgorithm: _ = try message.passwordAlgorithm(in: bytes.span)
                case .requestedAddressFamily: _ = try message.addressFamily(type, in: bytes.span)
                default: _ = try message.xorAddress(type, in: bytes.span)
                }
            }
        }
    }

    @Test("the writer never leaves its buffer and never sends bytes of an earlier message")
    func writer() throws {
        var writer = Writer(capacity: 64)
        writer.begin(.request, .allocate, Self.transaction)
        writer.append(.username, [UInt8](repeating: 0xFF, count: 40).span)
        let fitted = !writer.overflowed
        writer.append(lifetime: 1)
        let (overflowed, place) = (writer.overflowed, writer.message)
        #expect(fitted && overflowed)
        #expect(place == 0..<64)
        writer.begin(.request, .allocate, Self.transaction)
        writer.append(.username, [UInt8]("a".utf8).span)
        let bytes = writer.array
        #expect(bytes.suffix(4) == [0x61, 0, 0, 0])
    }

    @Test("a DATA header counts the payload and its padding in the message's length")
    func data() {
        var writer = Writer(capacity: 64)
        writer.begin(.indication, .data, Self.transaction)
        writer.append(.xorPeerAddress, xorAddress: Endpoint(.v4(1), 1))
        let header = writer.beginData(count: 5)
        #expect(header == 0..<36)
        let bytes = writer.array + [1, 2, 3, 4, 5, 0, 0, 0]
        let read = try? Message(parsing: bytes.span)
        #expect(read?.place(of: .data) == 36..<41)
        let tooLong = writer.beginData(count: 65_536)
        #expect(tooLong == nil)
    }
}
