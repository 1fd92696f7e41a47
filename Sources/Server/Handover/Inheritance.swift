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
    private var listeners: [Bagged] = []
    /// Listening sockets that the supervisor opened.
    private var activated: [Int32] = []
    private var relays: [Endpoint: Int32] = [:]
    /// The relayed addresses of TCP allocations.
    private var relayListeners: [Endpoint: Int32] = [:]
    private var streams: [Connection: Int32] = [:]

    /// The sockets of an address, and the bag that holds them open besides.
    private struct Bagged {
        let kind: BagLabel.Kind
        let endpoint: Endpoint
        let numbers: [Int32]
        let bag: Int32
    }

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
        let wasOpened = passed.names.contains(Keeper.opened)
        for name in passed.names {
            guard Keeper.generation(of: name) == nil else { continue }
            for number in passed.take(named: name) {
                switch DescriptorKind(of: number) {
                case .listener: activated.append(number)
                case .bag where name == Keeper.opened: take(bag: number)
                case .memory, .bag, .datagrams, .stream, .other: Self.close(number)
                }
            }
        }
        if !names.isEmpty, secrets == nil {
            release(names)
            names = []
        }
        if wasOpened { names.append(Keeper.opened) }
    }

    deinit {
        for number in listeners.flatMap({ $0.numbers + [$0.bag] }) + activated + relays.values + relayListeners.values
            + streams.values
        {
            _ = Descriptor(owning: number)
        }
    }

    // MARK: - Taking

    /// The listening sockets of an address, in the order of their group; none where there were none. What they were for does
    /// not matter: a port that was the web's may be the relay's now.
    func takeListeners(_ transport: BindFailure.Transport, at endpoint: Endpoint) -> [Int32] {
        let taken = listeners.filter { $0.kind.transport == transport && $0.endpoint == endpoint }
        listeners.removeAll { $0.kind.transport == transport && $0.endpoint == endpoint }
        for listener in taken { Self.close(listener.bag) }
        return taken.flatMap(\.numbers)
    }

    /// Whether there are some.
    func hasListeners(_ transport: BindFailure.Transport, at endpoint: Endpoint) -> Bool {
        listeners.contains { $0.kind.transport == transport && $0.endpoint == endpoint }
    }

    /// Lets go of the listening sockets that nobody wants any more, so that their ports are free for others that do: a
    /// wildcard of before is in the way of an address of now.
    func release(exceptAt wanted: (BindFailure.Transport, Endpoint) -> Bool) {
        let unwanted = listeners.filter { !wanted($0.kind.transport, $0.endpoint) }
        listeners.removeAll { !wanted($0.kind.transport, $0.endpoint) }
        for listener in unwanted {
            for number in listener.numbers { Self.close(number) }
            // Whoever keeps the bag would keep them open.
            Bag.empty(listener.bag)
            Self.close(listener.bag)
        }
    }

    /// The web's sockets at a port of some addresses: those that a supervisor opened there, wherever that is, or those that
    /// were kept for each address.
    func takeWeb(at addresses: [IPAddress], port: UInt16) -> WebSockets {
        let given = activated.filter { Endpoint(localOf: $0)?.port == port }
        activated.removeAll { given.contains($0) }
        guard given.isEmpty else {
            // The process before this one kept the same.
            release { transport, endpoint in transport == .udp || endpoint.port != port }
            return WebSockets(given: given)
        }
        return WebSockets(kept: addresses.map { takeListeners(.tcp, at: Endpoint($0, port)) })
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
        var bags: [(label: BagLabel, found: [Int32], bag: Int32)] = []
        var ledgers: [Ledger.Contents] = []
        var main: Int32?
        defer { for number in numbers { _ = Descriptor(owning: number) } }
        for number in numbers {
            switch DescriptorKind(of: number) {
            case .bag:
                if let (label, found) = Bag.look(into: number) {
                    if let label = BagLabel(label) {
                        bags.append((label, found, number))
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
            for number in bags.flatMap(\.found) { _ = Descriptor(owning: number) }
            return false
        }
        starts = process.starts + 1
        Ledger.note(starts: starts, in: main)
        for ledger in ledgers { take(ledger) }
        for (label, found, bag) in bags { take(label, found, of: bag) }
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

    /// Takes what was opened for this process before its start; what it has already is not needed twice.
    private func take(bag: Int32) {
        defer { Self.close(bag) }
        guard let (label, found) = Bag.look(into: bag) else { return }
        guard case .listeners(let kind, let endpoint) = BagLabel(label), !hasListeners(kind.transport, at: endpoint)
        else {
            for number in found { Self.close(number) }
            return
        }
        take(.listeners(kind, endpoint), found, of: bag)
    }

    /// - Parameter bag: Its owner closes it; it is wanted longer for listeners.
    private func take(_ label: BagLabel, _ found: [Int32], of bag: Int32) {
        switch label {
        case .listeners(let kind, let endpoint):
            let end = (try? Descriptor.duplicate(of: bag).release()) ?? -1
            listeners.append(Bagged(kind: kind, endpoint: endpoint, numbers: found, bag: end))
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

/// Listening sockets of the web at one port; whoever is given them closes them.
struct WebSockets: Sendable {
    /// Those that are to be listened at alone, if there are any.
    var given: [Int32] = []
    /// Those of each address that is listened at, in order.
    var kept: [[Int32]] = []
}

/// An allocation of the process before this one, with its open sockets; whoever is given it closes them.
struct Legacy: Sendable {
    let left: LeftAllocation
    /// For IPv4 and then for IPv6, as far as the allocation has them.
    let sockets: [Int32]
    let stream: Int32?
    let rest: LeftStream
}
