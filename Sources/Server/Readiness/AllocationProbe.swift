// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import STUN
internal import Wire

/// A client that allocates once and gives the allocation back, as a machine: told datagrams and the time.
struct AllocationProbe: ~Copyable {
    enum Output: Hashable {
        case send([UInt8])
        /// It worked, or it did not, for this reason.
        case finished(failure: String?)
    }

    private enum Step: Hashable { case challenge, allocation, release, over }

    private static let retransmission = Duration.milliseconds(250)
    private static let patience = Duration.seconds(2)

    private let credential: RESTCredential
    private let end: Instant
    private var step = Step.challenge
    private var random: RandomStream
    private var transaction = TransactionID(high: 0, low: 0)
    private var request: [UInt8] = []
    private var realm: [UInt8] = []
    private var nonce: [UInt8] = []
    /// Asked for where nothing is relayed over IPv4.
    private var family: IPAddress.Family?
    private var outputs: [Output] = []
    /// When to call ``tick(now:)``, unless a datagram comes first.
    private(set) var deadline: Instant?

    init(with credential: RESTCredential, random: consuming RandomStream, now: Instant) {
        self.credential = credential
        self.random = random
        end = now + Self.patience
        send(.allocate, now: now)
    }

    mutating func nextOutput() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    /// Sends the request again, or gives up.
    mutating func tick(now: Instant) {
        guard step != .over, let deadline, deadline <= now else { return }
        guard now < end else { return finish("the relay does not answer") }
        outputs.append(.send(request))
        self.deadline = now + Self.retransmission
    }

    mutating func handle(_ datagram: Span<UInt8>, now: Instant) {
        guard step != .over, let message = try? Message(parsing: datagram), message.header.transaction == transaction
        else {
            return
        }
        switch (step, message.header.kind) {
        case (.challenge, .failure):
            guard let realm = message.value(of: .realm, in: datagram),
                let nonce = message.value(of: .nonce, in: datagram)
            else { return finish("the relay does not ask who one is") }
            (self.realm, self.nonce) = (realm, nonce)
            step = .allocation
            send(.allocate, now: now)
        case (.challenge, .success): finish("the relay serves strangers")
        case (.allocation, .success):
            step = .release
            send(.refresh, now: now)
        case (.release, .success): finish(nil)
        case (.allocation, .failure), (.release, .failure):
            let code = (try? message.errorCode(in: datagram)) ?? nil
            // Who is sent elsewhere has been let in (RFC 8489 §10).
            if step == .allocation, code == .tryAlternate { return finish(nil) }
            if step == .allocation, code == .addressFamilyNotSupported, family == nil {
                family = .v6
                return send(.allocate, now: now)
            }
            finish("the relay refuses an allocation: \(code.map { "\($0)" } ?? "without a code")")
        case (_, .request), (_, .indication), (.over, _): return
        }
    }

    private mutating func send(_ method: STUN.Method, now: Instant) {
        transaction = TransactionID(high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
        var writer = Writer(capacity: 1024)
        writer.begin(.request, method, transaction)
        // UDP (RFC 8656 §14.7); a lifetime of zero gives the allocation back (§7).
        if method == .allocate {
            writer.append(.requestedTransport, integer: UInt32(17) << 24)
            if let family { writer.append(.requestedAddressFamily, family: family) }
        } else {
            writer.append(.lifetime, integer: UInt32(0))
        }
        if step != .challenge {
            let name = Array(credential.username.utf8)
            writer.append(.username, name.span)
            writer.append(.realm, realm.span)
            writer.append(.nonce, nonce.span)
            let password = Array(credential.password.utf8)
            let key = LongTermKey.derive(username: name.span, realm: realm.span, password: password.span, .md5)
            writer.append(.sha1, key: key)
        }
        request = Array(writer.bytes[writer.message])
        outputs.append(.send(request))
        deadline = now + Self.retransmission
    }

    private mutating func finish(_ failure: String?) {
        step = .over
        deadline = nil
        outputs.append(.finished(failure: failure))
    }
}
