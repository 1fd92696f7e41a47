// SPDX-License-Identifier: Apache-2.0
import STUN
import Testing
import Wire

@Suite("Header")
struct HeaderTests {
    @Test("every method and class survive the way through the message type")
    func types() throws {
        for method in UInt16(0)...0x0FFF {
            for kind in [Kind.request, .indication, .success, .failure] {
                let header = Header(
                    kind: kind, method: Method(rawValue: method), bodyLength: 0,
                    transaction: TransactionID(high: 1, low: 2))
                var bytes = [UInt8]()
                bytes.append(bigEndian: header.messageType)
                bytes += [0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]
                let read = try Header(parsing: bytes.span)
                #expect(read == header)
            }
        }
    }

    @Test("types are those of the RFCs")
    func known() {
        func type(_ kind: Kind, _ method: Method) -> UInt16 {
            Header(kind: kind, method: method, bodyLength: 0, transaction: TransactionID(high: 0, low: 0)).messageType
        }
        #expect(type(.request, .binding) == 0x0001)
        #expect(type(.success, .binding) == 0x0101)
        #expect(type(.failure, .allocate) == 0x0113)
        #expect(type(.indication, .send) == 0x0016)
        #expect(type(.indication, .data) == 0x0017)
        #expect(type(.indication, .connectionAttempt) == 0x001C)
    }

    @Test(
        "what is no message of exactly this length is refused",
        arguments: [
            ("", .truncated), ("000100002112a4420102030405060708090a0b", .truncated),
            ("400100002112a4420102030405060708090a0b0c", .notSTUN),
            ("c00100002112a4420102030405060708090a0b0c", .notSTUN),
            ("000100012112a4420102030405060708090a0b0c00", .wrongLength),
            ("000100042112a4420102030405060708090a0b0c", .wrongLength),
            ("000100002112a4420102030405060708090a0b0c00000000", .wrongLength),
            ("0001fffc2112a4420102030405060708090a0b0c", .wrongLength),
            ("000100082112a4420102030405060708090a0b0c8022ffff61626364", .attributePastEnd),
            ("000100082112a4420102030405060708090a0b0c8022fffd61626364", .attributePastEnd),
            ("0001000c2112a4420102030405060708090a0b0c802800045b20f9cc80220000", .misplacedFingerprint),
            ("000100082112a4420102030405060708090a0b0c8028000361626300", .misplacedFingerprint),
        ] as [(String, DecodeError)])
    func refused(hex: String, error: DecodeError) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: error) { _ = try Message(parsing: bytes.span) }
    }
}
