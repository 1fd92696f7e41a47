// SPDX-License-Identifier: Apache-2.0
import Crypto
import TURN
import Wire

/// Any bytes as what a process left of an allocation: what is read is written the same, and a relay that goes on with it
/// has nothing left when it has run out.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe input(pointer, count)
    guard let record = Record(parsing: bytes.span) else { return 0 }
    precondition(record.bytes == bytes)
    guard let allocation = AllocationRecord(record) else { return 0 }
    precondition(AllocationRecord(allocation.record) == allocation)

    let settings = Settings(
        credentials: Credentials(realm: "r"), peerPolicy: PeerPolicy(), nonceKey: [UInt8](repeating: 1, count: 32))
    var relay = Relay(
        settings: settings, random: RandomStream(seed: [UInt8](repeating: 2, count: 32)), live: .none)
    guard let name = relay.restore(allocation) else { preconditionFailure("an empty relay takes every allocation") }
    precondition(relay.restore(allocation) == nil || allocation.isReserved)
    guard let (again, _) = relay.record(of: name.slot) else { preconditionFailure("what was restored is there") }
    precondition(AllocationRecord(again.record) == again)
    let end = Moment(instant: Instant(nanoseconds: .max), time: UnixTime(milliseconds: 0))
    while relay.deadline != nil {
        relay.handle(.tick, now: end)
        while relay.nextOutput() != nil {}
    }
    precondition(relay.inventory == Inventory())
    return 0
}
