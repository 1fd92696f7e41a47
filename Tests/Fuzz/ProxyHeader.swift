// SPDX-License-Identifier: Apache-2.0
import Wire

/// Any bytes as the beginning of a proxied connection: what is found lies within them, and more bytes change nothing that
/// was decided.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](unsafe UnsafeBufferPointer(start: pointer, count: count))
    let whole = ProxyHeader(startingAt: bytes.span)
    if case .whole(let size, _) = whole {
        precondition(size <= bytes.count && size <= ProxyHeader.limit)
        precondition(ProxyHeader(startingAt: Array(bytes[..<size]).span) == whole)
    }
    for end in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 8)) {
        let early = ProxyHeader(startingAt: Array(bytes[..<end]).span)
        if early != .incomplete { precondition(early == whole) }
    }
    if case .incomplete = whole { precondition(bytes.count < ProxyHeader.limit) }
    return 0
}
