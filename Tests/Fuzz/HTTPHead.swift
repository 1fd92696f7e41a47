// SPDX-License-Identifier: Apache-2.0
import HTTP
import Wire

/// Any bytes as an HTTP/1.1 stream: however it is cut, the same requests and the same answers come of it.
///
/// The first byte says how the stream is cut.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var draw = Draw(unsafe input(pointer, count))
    let step = Int(draw.byte() % 64) + 1
    let stream = draw.remainder()
    precondition(outcome(stream, step: max(1, stream.count)) == outcome(stream, step: step))
    return 0
}

private enum Event: Hashable {
    case request(Request)
    case upgraded
    case closed
}

private struct Outcome: Hashable {
    var events: [Event] = []
    var sent: [UInt8] = []
}

private func outcome(_ stream: [UInt8], step: Int) -> Outcome {
    let now = Moment(instant: Instant(nanoseconds: 1), time: UnixTime(seconds: 784_111_777))
    var connection = Connection(now: now)
    var outcome = Outcome()
    for start in stride(from: 0, to: stream.count, by: step) {
        connection.handle(received: stream.span.extracting(start..<min(start + step, stream.count)), now: now)
        drain(&connection, into: &outcome, now: now)
    }
    connection.handle(.end, now: now)
    drain(&connection, into: &outcome, now: now)
    return outcome
}

private func drain(_ connection: inout Connection, into outcome: inout Outcome, now: Moment) {
    while let output = connection.nextOutput() {
        precondition(outcome.events.last != .closed, "something came after the close")
        switch output {
        case .request(let request):
            outcome.events.append(.request(request))
            connection.answer(Response(.ok, type: "text/plain", body: [0x6F, 0x6B]), now: now)
        case .send(let bytes): outcome.sent += bytes
        case .upgraded: outcome.events.append(.upgraded)
        case .close: outcome.events.append(.closed)
        }
    }
}
