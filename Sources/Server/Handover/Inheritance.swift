// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// What the process before this one left: secrets, sockets, allocations, seats. What nobody takes is closed with it.
final class Inheritance {
    /// The process that it is from; zero where there was none.
    private(set) var generation: UInt64 = 0
    /// The names that everything was kept under, to be forgotten when it is in this process's own keeping.
    private(set) var names: [String] = []
    private(set) var secrets: LeftSecrets?
    private(set) var withdrawals: [LeftWithdrawal] = []
    private(set) var rooms: [Record] = []
    /// How often in a row what was left has been read by a process that died before it was seen to be well.
    private(set) var starts: UInt32 = 0
    /// What the operator is to know of it.
    private(set) var notices: [String] = []

    private var allocations: [LeftAllocation] = []
    private var rests: [Int: LeftStream] = [:]
    private var listeners: [(kind: BagLabel.Kind, endpoint: Endpoint, numbers: [Int32])] = []
    /// Listening sockets that the supervisor opened.
    private var activated: [Int32] = []
    private var relays: [Endpoint: Int32] = [:]
    /// The relayed addresses of TCP allocations.
    private var relayListeners: [Endpoint: Int32] = [:]
    private var streams: [Connection: Int32] = [:]

    private struct Connection: Hashable {
        let local: Endpoint
        let peer: Endpoint
    }

    /// A state that was read so often and whose readers died is thrown away.
    private static let patience: UInt32 = 2

    /// Nothing was left.
    init() {}

    /// Reads what was passed on.
    ///
    /// - Parameter release: Called with names of which nothing is taken: whoever keeps them is to let go, and be done
    ///   with it when the call returns.
    init(_ passed: PassedDescriptors, release: ([String]) -> Void) {
        let generations = passed.names.compactMap { Keeper.generation(of: $0) }.sorted(by: >)
        names = generations.map(Keeper.name)
        generation = generations.first ?? 0
        for number in generations where allocations.isEmpty && secrets == nil {
            if read(passed.take(named: Keeper.name(number))) { break }
        }
        for name in passed.names {
            guard Keeper.generation(of: name) == nil else { continue }
            for number in passed.take(named: name) {
                if DescriptorKind(of: number) == .listener { activated.append(number) } else { Self.close(number) }
            }
        }
        if !names.isEmpty, secrets == nil {
            release(names)
            names = []
        }
    }

    deinit {
        for number in listeners.flatMap(\.numbers) + activated + relays.values + relayListeners.values + streams.values
        {
            _ = Descriptor(owning: number)
        }
    }

    // MARK: - Taking

    /// The listening sockets of an address, in the order of their group; none where there were none.
    func takeListeners(_ kind: BagLabel.Kind, at endpoint: Endpoint) -> [Int32] {
        guard let index = listeners.firstIndex(where: { $0.kind == kind && $0.endpoint == endpoint }) else { return [] }
        return listeners.remove(at: index).numbers
    }

    func hasListeners(_ kind: BagLabel.Kind, at endpoint: Endpoint) -> Bool {
        listeners.contains { $0.kind == kind && $0.endpoint == endpoint }
    }

    /// The web's listening sockets at a port, whoever opened them.
    func takeWeb(port: UInt16) -> [Int32] {
        let kept = listeners.filter { $0.kind == .web && $0.endpoint.port == port }.flatMap(\.numbers)
        listeners.removeAll { $0.kind == .web && $0.endpoint.port == port }
        let given = activated.filter { Endpoint(localOf: $0)?.port == port }
        activated.removeAll { given.contains($0) }
        // What the supervisor opened is passed on by it, and was kept by the process before this one, too.
        let places = Set(kept.compactMap(Endpoint.init(localOf:)))
        var numbers = kept
        for number in given {
            if let place = Endpoint(localOf: number), places.contains(place) {
                _ = Descriptor(owning: number)
            } else {
                numbers.append(number)
            }
        }
        return numbers
    }

    /// The allocations with all their sockets; a state without its sockets is dropped here.
    func takeAllocations() -> [Legacy] {
        defer { (allocations, rests) = ([], [:]) }
        var legacies: [Legacy] = []
        for (index, left) in allocations.enumerated() {
            var sockets: [Int32] = []
            let flow = left.allocation.flow
            let wanted = [left.allocation.v4, left.allocation.v6].compactMap { $0 }
            for endpoint in wanted {
                let number =
                    left.allocation.relaysTCP
                    ? relayListeners.removeValue(forKey: endpoint) : relays.removeValue(forKey: endpoint)
                if let number { sockets.append(number) }
            }
            var stream: Int32?
            let isStream = flow.transport == .tcp && !left.allocation.isReserved
            if isStream { stream = streams.removeValue(forKey: Connection(local: flow.server, peer: flow.client)) }
            guard sockets.count == wanted.count, !isStream || stream != nil else {
                for number in sockets + (stream.map { [$0] } ?? []) { _ = Descriptor(owning: number) }
                continue
            }
            legacies.append(Legacy(left: left, sockets: sockets, stream: stream, rest: rests[index] ?? LeftStream()))
        }
        return legacies
    }

    // MARK: - Reading

    /// Sorts what one process kept.
    /// - Returns: Whether it is whole and can be read.
    private func read(_ numbers: [Int32]) -> Bool {
        var bags: [(BagLabel, [Int32])] = []
        var ledgers: [Ledger.Contents] = []
        var main: Int32?
        defer { for number in numbers { _ = Descriptor(owning: number) } }
        for number in numbers {
            switch DescriptorKind(of: number) {
            case .bag:
                if let (label, found) = Bag.look(into: number) {
                    if let label = BagLabel(label) {
                        bags.append((label, found))
                    } else {
                        for number in found { _ = Descriptor(owning: number) }
                    }
                }
            case .memory:
                if let contents = Ledger.contents(of: number) {
                    if contents.mark == LedgerMark.process.rawValue { main = number }
                    ledgers.append(contents)
                }
            case .datagrams, .listener, .stream, .other: break
            }
        }
        guard let process = ledgers.first(where: { $0.mark == LedgerMark.process.rawValue }), let main,
            isReadable(process, ledgers)
        else {
            for number in bags.flatMap(\.1) { _ = Descriptor(owning: number) }
            return false
        }
        starts = process.starts + 1
        Ledger.note(starts: starts, in: main)
        for ledger in ledgers { take(ledger) }
        for (label, found) in bags { take(label, found) }
        return secrets != nil
    }

    private func isReadable(_ process: Ledger.Contents, _ ledgers: [Ledger.Contents]) -> Bool {
        if let strange = ledgers.first(where: { !StateVersion.readable.contains($0.version) }) {
            notices.append(
                "what the process before this one left is thrown away: it is of version \(strange.version), and this "
                    + "program reads \(StateVersion.readable.lowerBound) to \(StateVersion.readable.upperBound)")
            return false
        }
        guard process.entries.contains(where: { $0.key == LedgerKey.complete }) else { return false }
        guard process.starts < Self.patience else {
            notices.append(
                "what the process before this one left is thrown away: \(process.starts) processes died of it, or soon "
                    + "after they had read it")
            return false
        }
        return true
    }

    private func take(_ ledger: Ledger.Contents) {
        if ledger.spoilt > 0 {
            notices.append("\(ledger.spoilt) records of what the process before this one left are spoilt and left out")
        }
        // By slot, in this ledger alone.
        var places: [UInt32: Int] = [:]
        for entry in ledger.entries {
            guard let record = Record(parsing: entry.bytes.span) else { continue }
            switch LedgerKey.kind(entry.key) {
            case 1: secrets = LeftSecrets(record)
            case 3:
                if let allocation = LeftAllocation(record) {
                    places[LedgerKey.slot(entry.key)] = allocations.count
                    allocations.append(allocation)
                }
            case 5: if let withdrawal = LeftWithdrawal(record) { withdrawals.append(withdrawal) }
            case 6: rooms.append(record)
            default: continue
            }
        }
        for entry in ledger.entries where LedgerKey.kind(entry.key) == 4 {
            guard let place = places[LedgerKey.slot(entry.key)], let record = Record(parsing: entry.bytes.span),
                let rest = LeftStream(record)
            else { continue }
            rests[place] = rest
        }
    }

    private func take(_ label: BagLabel, _ found: [Int32]) {
        switch label {
        case .listeners(let kind, let endpoint): listeners.append((kind, endpoint, found))
        case .relays: for number in found { sort(number) }
        }
    }

    private static func close(_ number: Int32) { _ = Descriptor(owning: number) }

    /// Finds out what a socket is from its addresses; one that is none of ours, or is there twice, is closed.
    private func sort(_ number: Int32) {
        guard let local = Endpoint(localOf: number) else { return Self.close(number) }
        switch DescriptorKind(of: number) {
        case .datagrams where relays[local] == nil: relays[local] = number
        case .listener where relayListeners[local] == nil: relayListeners[local] = number
        case .stream:
            guard let connection = Endpoint(peerOf: number).map({ Connection(local: local, peer: $0) }),
                streams[connection] == nil
            else { return Self.close(number) }
            streams[connection] = number
        case .memory, .bag, .datagrams, .listener, .other: Self.close(number)
        }
    }
}

/// An allocation of the process before this one, with its open sockets; whoever is given it closes them.
struct Legacy: Sendable {
    let left: LeftAllocation
    /// For IPv4 and then for IPv6, as far as the allocation has them.
    let sockets: [Int32]
    let stream: Int32?
    let rest: LeftStream
}
