// SPDX-License-Identifier: Apache-2.0
import Wire

/// Any bytes as an address or an endpoint: what is read is written so that it reads as the same again.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: unsafe input(pointer, count), as: UTF8.self)
    if let address = IPAddress(text) {
        precondition(IPAddress(address.description) == address)
        precondition(address.unmapped.unmapped == address.unmapped)
        precondition(address.subscriber.subscriber == address.subscriber)
    }
    if let endpoint = Endpoint(text) { precondition(Endpoint(endpoint.description) == endpoint) }
    return 0
}
