// SPDX-License-Identifier: Apache-2.0
import Crypto
import STUN
import Wire

/// Any bytes: parsed, every attribute read, and what was read written again and read as the same.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe input(pointer, count)
    checkFrame(bytes)
    guard let message = try? Message(parsing: bytes.span) else { return 0 }
    precondition(bytes.count == Header.size + message.header.bodyLength)
    readEverything(message, bytes.span)
    checkRoundTrip(message, bytes.span)
    return 0
}

/// A stream is cut the same however much of it is there, and a message is never longer than what holds it.
private func checkFrame(_ bytes: [UInt8]) {
    guard case .message(let count, let advance) = Frame(startingAt: bytes.span) else { return }
    precondition(count <= advance && advance <= bytes.count && advance - count < 4 && advance % 4 == 0)
    precondition(Frame(startingAt: bytes.span.extracting(0..<advance)) == .message(count: count, advance: advance))
    precondition(Frame(startingAt: bytes.span.extracting(0..<advance - 1)) == .incomplete)
}

private let key = Digest([UInt8](repeating: 7, count: 16).span)

private func readEverything(_ message: Message, _ bytes: Span<UInt8>) {
    // The registry has its types in the first page of each half.
    for number in [UInt16(0), 0x8000].flatMap({ Array($0...$0 + 0x7F) }) {
        guard let place = message.place(of: AttributeType(rawValue: number)) else { continue }
        precondition(place.lowerBound >= Header.size + 4 && place.upperBound <= bytes.count)
    }
    _ = message.isAuthentic(.sha1, key: key, in: bytes)
    _ = message.isAuthentic(.sha256, key: key, in: bytes)
    _ = message.fingerprintFits(in: bytes)
    precondition(message.unknownRequired(except: AttributeSet([])).count <= 16)
    _ = try? message.channelNumber(in: bytes)
    _ = try? message.lifetime(in: bytes)
    _ = try? message.requestedTransport(in: bytes)
    _ = try? message.addressFamily(.requestedAddressFamily, in: bytes)
    _ = try? message.evenPort(in: bytes)
    _ = try? message.reservationToken(in: bytes)
    _ = try? message.dontFragment()
    _ = try? message.connectionID(in: bytes)
    _ = try? message.passwordAlgorithm(in: bytes)
    _ = try? message.errorCode(in: bytes)
    _ = try? message.unknownAttributes(in: bytes)
    _ = try? message.xorAddress(.xorMappedAddress, in: bytes)
    try? message.forEach(.xorPeerAddress, in: bytes) { place throws(DecodeError) in
        precondition(place.upperBound <= bytes.count)
        _ = try Message.xorAddress(.xorPeerAddress, at: place, message.header.transaction, in: bytes)
    }
}

private func checkRoundTrip(_ message: Message, _ bytes: Span<UInt8>) {
    guard let address = try? message.xorAddress(.xorPeerAddress, in: bytes) else { return }
    var writer = Writer(capacity: 256)
    writer.begin(message.header.kind, message.header.method, message.header.transaction)
    writer.append(.xorPeerAddress, xorAddress: address)
    writer.append(.sha1, key: key)
    writer.appendFingerprint()
    let written = writer.array
    guard let again = try? Message(parsing: written.span) else { preconditionFailure("cannot read what was written") }
    precondition((try? again.xorAddress(.xorPeerAddress, in: written.span)) == address)
    precondition(again.isAuthentic(.sha1, key: key, in: written.span))
    precondition(again.fingerprintFits(in: written.span) == true)
}
