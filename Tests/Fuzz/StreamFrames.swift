// SPDX-License-Identifier: Apache-2.0
import STUN
import Wire

/// Any bytes as the beginning of a stream of STUN and ChannelData: what was said of fewer bytes stays true of more.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let stream = unsafe input(pointer, count)
    let whole = Frame(startingAt: stream.span)
    if case .message(let count, let advance) = whole {
        precondition(count > 0 && count <= advance && advance <= stream.count && advance - count < 4)
    }
    for length in 0..<stream.count {
        let part = Frame(startingAt: stream.span.extracting(first: length))
        precondition(part == .incomplete || part == whole, "more bytes changed what was decided")
    }
    return 0
}
