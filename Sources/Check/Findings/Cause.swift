// SPDX-License-Identifier: Apache-2.0

package import Wire

/// Why something is not as it should be: one of these, and with it goes what to do (``remedy``).
///
/// What is wrong is decided where it is seen, from typed facts; nothing is read out of an error's words afterwards.
package enum Cause: Hashable, Sendable {
    // MARK: The file

    /// The configuration has a mistake, or something to think about; `right` is what would be right, as it says itself.
    case settingWrong(right: String?)
    case settingDoubtful(right: String?)
    case nobodyMayRelay

    // MARK: The machine

    case notRunning
    case otherConfiguration
    case portTaken(Taker)
    case fileMissing
    case fileUnreadable(path: String, user: String, right: FileRight)
    case keyUnfit(right: String?)
    case buffersSmall(wanted: Int)
    case clockUnkept
    case fewFiles
    case connectionTableFull(limit: Int)
    case datagramsDropped

    // MARK: Addresses and names

    case privateAddress
    case nobodyToAsk
    case externalAddressUnreachable
    case externalAddressForeign(own: IPAddress)
    case externalAddressUnlikeName
    case observerSilent
    case severalWaysOut
    case observedOtherwise(IPAddress)
    case addressNotHere(key: String, own: [IPAddress])
    case nameWithoutAddress(String)
    case nameElsewhere
    case serviceRecordWrong(port: UInt16?)

    // MARK: Certificates

    case certificateExpired
    case certificateNotYet
    case certificateForOthers(host: String)
    case certificateSelfMade(authority: String)
    case certificateUnbelieved(isSelfSigned: Bool)
    case certificateEnds(days: Int64)
    case protocolNameNeeded

    // MARK: The way there

    case nothingListens
    case turnedAway(Port)
    case noAnswer(Port)
    case unreachable
    case connectionClosed(Port)
    case noSession(isDTLS: Bool)
    case notSTUN(Port)
    case cannotAsk

    // MARK: STUN and TURN

    case bindingRefused
    case allocateUnanswered
    case clockApart
    case secretChanged
    case secretUnknown
    case passwordWrong(realm: String)
    case quotaReached
    case portsUsedUp
    case noCapacity
    case sentElsewhere(String)
    case refused
    case noPassword
    case expiredAccepted
    case familyRefused(IPAddress.Family)
    case defaultFamilyMissing
    case relayedUnroutable
    case relayedPrivate

    // MARK: Relaying

    case oneAllocationOnly
    case ownAddressDenied(IPAddress)
    case nothingPasses
    case packetsLost
    case transportDisturbed(Transport)
    case relayPortsClosed(ClosedRange<UInt16>?)

    // MARK: What strangers may do

    case peersOpen(isOwn: Bool)
    case answersLong
    case answersUnlimited
    case guestsRelayAnywhere

    // MARK: Libraries, pages and units

    case libraryWrong
    case notReady
    case proxyMissing
    case roomRefused
    case roomWithoutRelay
    case webSocketBroken(isProxied: Bool)
    case redirectBroken
    case unitInactive
    case restarted
}

/// A port and what it is spoken to over, as firewalls have it.
package struct Port: Hashable, Sendable {
    let number: UInt16
    let isUDP: Bool

    init(of target: Target) { self.init(target.endpoint.port, isUDP: !target.transport.isStream) }
    init(_ number: UInt16, isUDP: Bool) { (self.number, self.isUDP) = (number, isUDP) }

    /// As in `3478/udp`.
    var words: String { "\(number)/\(isUDP ? "udp" : "tcp")" }
}

/// Who has a port that was meant for the server.
package enum Taker: Hashable, Sendable {
    case coturn
    /// A unit of systemd's that listens for somebody else.
    case unit(String)
    case program
}

/// What a user lacks to get at a file.
package enum FileRight: String, Hashable, Sendable {
    case read, enter

    /// As setfacl(1) has it.
    var letter: String { self == .read ? "r" : "x" }
}
