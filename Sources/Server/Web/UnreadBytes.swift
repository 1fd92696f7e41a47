// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// How many bytes wait in memory because their clients do not read, or do not finish what they send, and whether there may be
/// more.
final class UnreadBytes {
    /// Answers up to that size are sent whatever waits.
    static let free = 64 << 10

    private let perAddress: Int
    private let limit: Int
    private var waiting: [IPAddress: Int] = [:]
    private(set) var total = 0

    /// - Parameters:
    ///   - perAddress: Bytes that wait for one IPv4 address or IPv6 /64 at most.
    ///   - limit: Bytes that wait for all of them.
    init(perAddress: Int = 16 << 20, limit: Int = 128 << 20) { (self.perAddress, self.limit) = (perAddress, limit) }

    /// Counts bytes that are about to wait for a client; false when there is no room for them.
    ///
    /// The first answer of an address is always let through, so that nothing is too long to be had at all.
    /// - Parameter address: Nil where many come from: only the bytes of all are limited then.
    func take(_ count: Int, for address: IPAddress?) -> Bool {
        let subscriber = address?.subscriber
        let own = subscriber.map { waiting[$0] ?? 0 } ?? 0
        guard own == 0 || own + count <= perAddress, total == 0 || total + count <= limit else { return false }
        if let subscriber { waiting[subscriber] = own + count }
        total += count
        return true
    }

    /// Whether nearly as much as may be waits for a client already.
    func isNearlyFull(for address: IPAddress?) -> Bool {
        (address.flatMap { waiting[$0.subscriber] } ?? 0) >= perAddress / 4 * 3 || total >= limit / 4 * 3
    }

    /// Bytes that were counted have gone, to the client or with it.
    func give(back count: Int, of address: IPAddress?) {
        total -= count
        guard let subscriber = address?.subscriber else { return }
        let left = (waiting[subscriber] ?? 0) - count
        waiting[subscriber] = left > 0 ? left : nil
    }
}
