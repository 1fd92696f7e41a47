// SPDX-License-Identifier: Apache-2.0
internal import Engine
internal import TURN
internal import Wire

/// A request that came to one worker and needs what another has: it waits in the message that asks for it.
struct Errand: Sendable {
    let wanted: Wanted
    /// The worker that the request came to.
    let asker: Int
    let flow: Flow
    let request: [UInt8]
}

/// An allocation or a reserved port on its way to another worker, and its sockets.
///
/// Packed by one thread, posted, and unpacked once by the thread that gets it; in between nobody touches it.
final class Loan: Sendable {
    let record: AllocationRecord
    // Safe: written before the loan is posted and taken after it came; the mailbox's lock orders the two.
    nonisolated(unsafe) private var v4: Descriptor?
    nonisolated(unsafe) private var v6: Descriptor?

    init(_ record: AllocationRecord, v4: consuming Descriptor?, v6: consuming Descriptor?) {
        self.record = record
        unsafe self.v4 = consume v4
        unsafe self.v6 = consume v6
    }

    /// The socket of one family; nil when there is none or it was taken before.
    func take(_ family: IPAddress.Family) -> Descriptor? {
        // Safe: see above.
        family == .v4 ? unsafe v4.take() : unsafe v6.take()
    }
}

/// The workers as each of them sees the others: where their mail goes, and whose which port is.
struct Neighbours: Sendable {
    let mailboxes: [Mailbox<Worker.Message>]
    let scopes: [Mailbox<ScopeChange>]
    let shares: [[ClosedRange<UInt16>]]

    func post(_ message: Worker.Message, to worker: Int) {
        guard mailboxes.indices.contains(worker) else { return }
        mailboxes[worker].post(message)
    }

    /// Tells the worker whose port it is that it is closed.
    func giveBack(_ endpoint: Endpoint) {
        for (worker, share) in shares.enumerated() where share.contains(where: { $0.contains(endpoint.port) }) {
            return post(.returned(endpoint), to: worker)
        }
    }
}

extension Worker {
    /// Asks another worker for what a request needs.
    func fetch(from worker: Int, for received: Received, on flow: Flow?) {
        guard let flow, let wanted = relay.wanted, let message = unsafe received.piece(0..<received.count) else {
            return
        }
        let errand = Errand(wanted: wanted, asker: place.number, flow: flow, request: unsafe Array(message))
        place.neighbours.post(.lend(errand), to: worker)
    }

    /// Gives another worker what it asks for, if it is here.
    func lend(_ errand: Errand) {
        var loan: Loan?
        if let (record, name) = relay.lend(errand.wanted, for: errand.request.span, now: loop.now) {
            loan = Loan(record, v4: letGo(of: name, .v4), v6: letGo(of: name, .v6))
        }
        performOutputs()
        place.neighbours.post(.lent(loan, errand), to: errand.asker)
    }

    private func letGo(of allocation: AllocationID, _ family: IPAddress.Family) -> Descriptor? {
        guard let entry = sockets.entry(allocation, family) else { return nil }
        forget(entry)
        return sockets.take(allocation, family)
    }

    /// Goes on with what was lent, and with the request that waited for it.
    func resume(_ errand: Errand, with loan: Loan?) {
        if let loan { take(loan, for: errand.flow) }
        // A client that has gone meanwhile leaves nothing behind; a datagram's source cannot be seen to go.
        let isThere =
            switch errand.flow.transport {
            case .udp: true
            case .dtls: associations.client(errand.flow) != nil
            case .tcp, .tls: streams[errand.flow] != nil
            }
        readScopes()
        // What comes of it stands among the outputs: it is a request.
        if isThere { _ = relay.resume(errand.request.span, on: errand.flow, now: loop.now) }
        performOutputs()
    }

    private func take(_ loan: Loan, for flow: Flow) {
        let record = loan.record
        let allocation = relay.borrow(record, for: flow)
        for endpoint in [record.v4, record.v6] {
            guard let endpoint, let socket = loan.take(endpoint.address.family) else { continue }
            guard let allocation else {
                place.live.remove(endpoint)
                continue
            }
            // Out of memory for epoll: the port stays the allocation's, and nothing comes to it.
            do throws(Errno) { try hold(socket, at: endpoint, for: allocation) } catch { place.live.remove(endpoint) }
        }
    }
}
