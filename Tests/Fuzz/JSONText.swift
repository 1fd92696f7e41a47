// SPDX-License-Identifier: Apache-2.0
import Wire

/// Any bytes as JSON: what can be read can be written, and reads as the same again.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let value = try? JSON(parsing: unsafe input(pointer, count)) else { return 0 }
    guard let again = try? JSON(parsing: value.bytes, limit: .max) else {
        preconditionFailure("cannot read what was written")
    }
    precondition(value == again)
    return 0
}
