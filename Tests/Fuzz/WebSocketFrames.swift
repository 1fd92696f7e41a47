// SPDX-License-Identifier: Apache-2.0
import WebSocket
import Wire

/// Any bytes as frames of a client: however they are cut, the same messages and the same answers come of them.
///
/// The first byte says how the stream is cut and which kind of message is taken.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var draw = Draw(unsafe input(pointer, count))
    let choice = draw.byte()
    let limits = Limits(choice & 0x80 == 0 ? .text : .binary)
    let stream = draw.remainder()
    let step = Int(choice & 0x3F) + 1
    precondition(outputs(stream, limits, step: max(1, stream.count)) == outputs(stream, limits, step: step))
    return 0
}

private func outputs(_ stream: [UInt8], _ limits: Limits, step: Int) -> [Connection.Output] {
    let now = Instant(nanoseconds: 1)
    var connection = Connection(limits: limits, now: now)
    var outputs: [Connection.Output] = []
    for start in stride(from: 0, to: stream.count, by: step) {
        connection.handle(received: stream.span.extracting(start..<min(start + step, stream.count)), now: now)
        drain(&connection, into: &outputs)
    }
    connection.handle(.end, now: now)
    drain(&connection, into: &outputs)
    precondition(outputs.count { if case .closed = $0 { true } else { false } } == 1, "closed must be told once")
    precondition(outputs.last == .disconnect && connection.deadline == nil)
    return outputs
}

private func drain(_ connection: inout Connection, into outputs: inout [Connection.Output]) {
    while let output = connection.nextOutput() {
        precondition(outputs.last != .disconnect, "something came after the end")
        switch output {
        case .text(let text): precondition(text.count <= connection.longestMessage)
        case .binary(let bytes): precondition(bytes.count <= connection.longestMessage)
        case .send, .closed, .disconnect: break
        }
        outputs.append(output)
    }
}

extension Connection {
    fileprivate var longestMessage: Int { 64 * 1024 }
}
