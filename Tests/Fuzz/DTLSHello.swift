// SPDX-License-Identifier: Apache-2.0
import TLS
import Wire

private let gate = CookieGate(secret: [UInt8](repeating: 5, count: 32))
private let client = Endpoint(.v4(0xCB00_7101), 40_000)

/// Any bytes as a stranger's first datagram to the DTLS gate: no answer is longer than what it answers, nobody comes in
/// without a cookie, and the cookie that was sent lets in whoever returns it, from where it was sent to and nowhere else.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let datagram = unsafe input(pointer, count)
    var answer = [UInt8](repeating: 0, count: CookieGate.answerSize)
    switch judge(datagram, from: client, &answer) {
    case .passed: break
    case .admitted, .begun: preconditionFailure("came in without a cookie")
    case .challenged(let length):
        precondition(length == CookieGate.answerSize && length <= datagram.count)
        // A hello's cookie stands behind its session identifier; the answer's behind its first 28 bytes.
        let place = 13 + 12 + 35 + Int(datagram[13 + 12 + 34])
        let old = Int(datagram[place])
        guard old == 16 else { return 0 }
        var second = datagram
        for index in 0..<16 { second[place + 1 + index] = answer[28 + index] }
        switch judge(second, from: client, &answer) {
        case .admitted: break
        case .begun(let random): assemble(second, random)
        case .passed, .challenged: preconditionFailure("a cookie of our own was refused")
        }
        var elsewhere = client
        elsewhere.port += 1
        guard case .challenged = judge(second, from: elsewhere, &answer) else {
            preconditionFailure("a cookie was good for another address")
        }
    }
    return 0
}

/// Whatever else comes in the fragments' datagrams: what is put together is one ClientHello of the length that they say.
private func assemble(_ datagram: [UInt8], _ random: ClientHello.Random) {
    guard var assembly = HelloAssembly(beginningWith: datagram.span, random, now: Instant(nanoseconds: 1)) else {
        return
    }
    for cut in stride(from: 0, to: datagram.count, by: 13) { assembly.take(datagram.span.extracting(cut...)) }
    guard let whole = assembly.whole else { return }
    var answer = [UInt8](repeating: 0, count: CookieGate.answerSize)
    if case .begun = judge(whole, from: client, &answer) { preconditionFailure("what is whole is still a fragment") }
}

private func judge(_ datagram: [UInt8], from client: Endpoint, _ answer: inout [UInt8]) -> CookieGate.Verdict {
    var span = answer.mutableSpan
    return gate.judge(datagram.span, from: client, now: Instant(nanoseconds: 1), answer: &span)
}
