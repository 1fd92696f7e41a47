// SPDX-License-Identifier: Apache-2.0
package import STUN
package import Wire

/// All that is to be known of an allocation, or of a reserved port, to go on with it in another process.
///
/// Deadlines are those of the monotonic clock, which is the host's and not a process's.
package struct AllocationRecord: Hashable, Sendable {
    /// A port that waits for an Allocate with its token; its flow says nothing.
    package var isReserved = false
    package var flow: Flow
    package var expiry: Instant
    /// The host's own endpoints that it relays from: as many sockets, of UDP or of TCP.
    package var v4: Endpoint?
    package var v6: Endpoint?
    package var relaysTCP = false

    package var user: [UInt8] = []
    package var account = ""
    /// Where this server made the credentials: what it is counted under besides, and whom it may reach.
    package var minted: Quotas.Minted?
    package var scope = Scope.open
    package var realm = ""
    package var key: [UInt8] = []
    package var algorithm = PasswordAlgorithm.md5

    // What a repetition of the Allocate request is recognised by and answered with.
    package var transaction = TransactionID(high: 0, low: 0)
    package var integrity = Integrity.sha1
    package var wantsFingerprint = false
    package var token: UInt64?
    package var secondFamilyRefused: ErrorCode?
    /// The number in its ticket, where it may follow its client (RFC 8016).
    package var ticket: UInt64?

    /// When the access token ends that it was made or last refreshed with.
    package var authorizedUntil: UnixTime?

    package var began = Moment(instant: Instant(nanoseconds: 0), time: UnixTime(milliseconds: 0))
    package var toPeers = Traffic()
    package var toClient = Traffic()

    package var permissions: [Permission] = []
    package var channels: [Channel] = []

    package struct Permission: Hashable, Sendable {
        package var address: IPAddress
        package var expiry: Instant
    }

    package struct Channel: Hashable, Sendable {
        package var number: UInt16
        package var peer: Endpoint
        package var expiry: Instant
    }

    package init(flow: Flow, expiry: Instant) { (self.flow, self.expiry) = (flow, expiry) }
}

// MARK: - As bytes

extension AllocationRecord {
    private enum Tag {
        static let state: UInt8 = 1
        static let client: UInt8 = 2
        static let server: UInt8 = 3
        static let transport: UInt8 = 4
        static let expiry: UInt8 = 5
        static let v4: UInt8 = 6
        static let v6: UInt8 = 7
        static let user: UInt8 = 8
        static let account: UInt8 = 9
        static let key: UInt8 = 10
        static let algorithm: UInt8 = 11
        static let transactionHigh: UInt8 = 12
        static let transactionLow: UInt8 = 13
        static let integrity: UInt8 = 14
        static let fingerprint: UInt8 = 15
        static let token: UInt8 = 16
        static let secondFamilyRefused: UInt8 = 17
        static let beganInstant: UInt8 = 18
        static let beganTime: UInt8 = 19
        static let traffic: UInt8 = 20
        static let permission: UInt8 = 21
        static let channel: UInt8 = 22
        static let authorizedUntil: UInt8 = 23
        static let ticket: UInt8 = 24
        static let realm: UInt8 = 25
        static let relaysTCP: UInt8 = 26
        static let scope: UInt8 = 40
        static let mintedAddress: UInt8 = 41
        static let mintedRoom: UInt8 = 42
    }

    /// The record as fields; what is as it is at first is left out.
    package var record: Record {
        var record = Record()
        record.add(Tag.state, isReserved ? 1 : 0 as UInt64)
        record.add(Tag.client, flow.client)
        record.add(Tag.server, flow.server)
        record.add(Tag.transport, UInt64(flow.transport.rawValue))
        record.add(Tag.expiry, expiry.nanoseconds)
        if let v4 { record.add(Tag.v4, v4) }
        if let v6 { record.add(Tag.v6, v6) }
        if relaysTCP { record.add(Tag.relaysTCP, 1 as UInt64) }
        record.add(Tag.user, user)
        record.add(Tag.account, account)
        if !realm.isEmpty { record.add(Tag.realm, realm) }
        if scope != .open { record.add(Tag.scope, scope.rawValue) }
        if let minted {
            record.add(Tag.mintedAddress, Endpoint(minted.address, 0))
            record.add(Tag.mintedRoom, minted.room.rawValue)
        }
        record.add(Tag.key, key)
        record.add(Tag.algorithm, UInt64(algorithm.rawValue))
        record.add(Tag.transactionHigh, UInt64(transaction.high))
        record.add(Tag.transactionLow, transaction.low)
        if integrity == .sha256 { record.add(Tag.integrity, 1 as UInt64) }
        if wantsFingerprint { record.add(Tag.fingerprint, 1 as UInt64) }
        if let token { record.add(Tag.token, token) }
        if let secondFamilyRefused { record.add(Tag.secondFamilyRefused, UInt64(secondFamilyRefused.rawValue)) }
        if let ticket { record.add(Tag.ticket, ticket) }
        if let authorizedUntil { record.add(Tag.authorizedUntil, authorizedUntil.milliseconds) }
        record.add(Tag.beganInstant, began.instant.nanoseconds)
        record.add(Tag.beganTime, began.time.milliseconds)
        record.add(Tag.traffic, Traffic.bytes(toPeers, toClient))
        for permission in permissions { record.add(Tag.permission, permission.bytes) }
        for channel in channels { record.add(Tag.channel, channel.bytes) }
        return record
    }

    /// Nil when something is missing without which the allocation cannot go on.
    package init?(_ record: Record) {
        guard let client = record.endpoint(Tag.client), let server = record.endpoint(Tag.server),
            let transport = record.number(Tag.transport).flatMap(UInt8.init(exactly:)).flatMap(Transport.init),
            let expiry = record.number(Tag.expiry), let user = record.bytes(Tag.user), let key = record.bytes(Tag.key),
            key.count <= 32,
            let algorithm = record.number(Tag.algorithm).flatMap(UInt16.init(exactly:)).flatMap(PasswordAlgorithm.init)
        else { return nil }
        self.init(
            flow: Flow(client: client, server: server, transport: transport), expiry: Instant(nanoseconds: expiry))
        (v4, v6) = (record.endpoint(Tag.v4), record.endpoint(Tag.v6))
        guard v4.map({ $0.address.family == .v4 }) ?? true, v6.map({ $0.address.family == .v6 }) ?? true,
            v4 != nil || v6 != nil
        else { return nil }
        isReserved = record.number(Tag.state) == 1
        relaysTCP = record.number(Tag.relaysTCP) == 1
        (self.user, self.key, self.algorithm) = (user, key, algorithm)
        account = record.text(Tag.account) ?? ""
        if let scope = record.number(Tag.scope) { self.scope = Scope(rawValue: scope) }
        if let address = record.endpoint(Tag.mintedAddress)?.address, let room = record.number(Tag.mintedRoom) {
            minted = Quotas.Minted(address: address, room: Scope(rawValue: room))
        }
        realm = record.text(Tag.realm) ?? ""
        transaction = TransactionID(
            high: UInt32(truncatingIfNeeded: record.number(Tag.transactionHigh) ?? 0),
            low: record.number(Tag.transactionLow) ?? 0)
        integrity = record.number(Tag.integrity) == 1 ? .sha256 : .sha1
        wantsFingerprint = record.number(Tag.fingerprint) == 1
        token = record.number(Tag.token)
        secondFamilyRefused = record.number(Tag.secondFamilyRefused).flatMap(UInt16.init(exactly:))
            .map(ErrorCode.init(rawValue:))
        ticket = record.number(Tag.ticket)
        authorizedUntil = record.signedNumber(Tag.authorizedUntil).map(UnixTime.init(milliseconds:))
        began = Moment(
            instant: Instant(nanoseconds: record.number(Tag.beganInstant) ?? 0),
            time: UnixTime(milliseconds: record.signedNumber(Tag.beganTime) ?? 0))
        if let (toPeers, toClient) = record.bytes(Tag.traffic).flatMap(Traffic.read) {
            (self.toPeers, self.toClient) = (toPeers, toClient)
        }
        for field in record.fields {
            switch field.tag {
            case Tag.permission: if let permission = Permission(field.value) { permissions.append(permission) }
            case Tag.channel: if let channel = Channel(field.value) { channels.append(channel) }
            default: continue
            }
        }
    }
}

extension AllocationRecord.Permission {
    /// expiry (64) │ address (32 or 128)
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: expiry.nanoseconds)
        bytes.append(address: address)
        return bytes
    }

    fileprivate init?(_ bytes: [UInt8]) {
        guard let expiry: UInt64 = bytes.span.integer(at: 0), let address = IPAddress(bytes.dropFirst(8)) else {
            return nil
        }
        self.init(address: address, expiry: Instant(nanoseconds: expiry))
    }
}

extension AllocationRecord.Channel {
    /// expiry (64) │ channel (16) │ port (16) │ address (32 or 128)
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: expiry.nanoseconds)
        bytes.append(bigEndian: number)
        bytes.append(bigEndian: peer.port)
        bytes.append(address: peer.address)
        return bytes
    }

    fileprivate init?(_ bytes: [UInt8]) {
        guard let expiry: UInt64 = bytes.span.integer(at: 0), let number: UInt16 = bytes.span.integer(at: 8),
            let port: UInt16 = bytes.span.integer(at: 10), let address = IPAddress(bytes.dropFirst(12))
        else { return nil }
        self.init(number: number, peer: Endpoint(address, port), expiry: Instant(nanoseconds: expiry))
    }
}

extension Traffic {
    /// packets and bytes to peers, packets and bytes to the client, 64 bits each
    fileprivate static func bytes(_ toPeers: Traffic, _ toClient: Traffic) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [toPeers.packets, toPeers.bytes, toClient.packets, toClient.bytes] {
            bytes.append(bigEndian: number)
        }
        return bytes
    }

    fileprivate static func read(_ bytes: [UInt8]) -> (toPeers: Traffic, toClient: Traffic)? {
        let numbers = (0..<4).compactMap { bytes.span.integer(UInt64.self, at: $0 * 8) }
        guard numbers.count == 4 else { return nil }
        var (toPeers, toClient) = (Traffic(), Traffic())
        (toPeers.packets, toPeers.bytes) = (numbers[0], numbers[1])
        (toClient.packets, toClient.bytes) = (numbers[2], numbers[3])
        return (toPeers, toClient)
    }
}

extension IPAddress {
    fileprivate init?(_ bytes: ArraySlice<UInt8>) {
        let bytes = Array(bytes)
        switch bytes.count {
        case 4: self = .v4(bytes.span.integer(at: 0) ?? 0)
        case 16: self = .v6(bytes.span.integer(at: 0) ?? 0)
        default: return nil
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(address: IPAddress) {
        switch address {
        case .v4(let bits): append(bigEndian: bits)
        case .v6(let bits): append(bigEndian: bits)
        }
    }
}
