// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// Questions that wait for the database.
///
/// Every IPv4 address or IPv6 /64 has its turn: who asks much waits behind themselves and behind nobody else.
struct LookupQueue<Question> {
    /// Questions of one address that may wait, and those of all.
    static var perAddress: Int { 16 }
    static var limit: Int { 4096 }

    private var waiting: [IPAddress: [Question]] = [:]
    /// Whose turn it is, and who follows. Addresses before `head` have had theirs.
    private var turns: [IPAddress] = []
    private var head = 0
    private(set) var count = 0

    init() {}

    /// Takes a question; false when too many wait.
    mutating func add(_ question: Question, from address: IPAddress) -> Bool {
        let asker = address.subscriber
        let own = waiting[asker]?.count ?? 0
        guard own < Self.perAddress, count < Self.limit else { return false }
        if own == 0 { turns.append(asker) }
        waiting[asker, default: []].append(question)
        count += 1
        return true
    }

    /// The question whose turn it is.
    mutating func next() -> Question? {
        guard head < turns.count else { return nil }
        let asker = turns[head]
        head += 1
        guard let question = waiting[asker]?.removeFirst() else { return nil }
        count -= 1
        if waiting[asker]?.isEmpty == true { waiting[asker] = nil } else { turns.append(asker) }
        if head >= 64, head * 2 >= turns.count {
            turns.removeFirst(head)
            head = 0
        }
        return question
    }
}
