// SPDX-License-Identifier: Apache-2.0
import Media
import Wire

/// Any bytes as a recording: however it is cut, the same beginning and the same places to join come of it.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var draw = Draw(unsafe input(pointer, count))
    let step = Int(draw.byte()) + 1
    let stream = draw.remainder()
    let (whole, places) = record(stream, step: max(1, stream.count))
    let (cut, same) = record(stream, step: step)
    precondition(places == same, "places to join depend on how the stream is cut")
    precondition(whole.container == cut.container && whole.mime == cut.mime && whole.length == stream.count)
    precondition(whole.initialisation == cut.initialisation)
    precondition(places == places.sorted() && places.allSatisfy { (0...stream.count).contains($0) })
    return 0
}

private func record(_ stream: [UInt8], step: Int) -> (Recording, [Int]) {
    var recording = Recording()
    var places: [Int] = []
    for start in stride(from: 0, to: stream.count, by: step) {
        places += recording.append(stream.span.extracting(start..<min(start + step, stream.count)))
    }
    return (recording, places)
}
