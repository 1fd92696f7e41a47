// SPDX-License-Identifier: Apache-2.0
import Media

/// Any bytes as a picture: what is kept of it is a picture of the same kind, is not longer than it was by more than which way
/// up it is, and has nothing more to lose.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var draw = Draw(unsafe input(pointer, count))
    let bytes = draw.remainder()
    guard let type = PictureType(of: bytes), let kept = type.withoutMetadata(bytes) else { return 0 }
    precondition(kept.count <= bytes.count + 64 && PictureType(of: kept) == type)
    return 0
}
