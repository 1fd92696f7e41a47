// SPDX-License-Identifier: Apache-2.0
import Wire

@testable import Check

extension CauseTests {
    /// Every form that a cause of this name takes.
    static func samples(of name: Cause.Name) -> [Cause] {
        let port = Port(3478, isUDP: true)
        return switch name {
        case .settingWrong: [.settingWrong(right: nil), .settingWrong(right: "write it otherwise")]
        case .settingDoubtful: [.settingDoubtful(right: nil), .settingDoubtful(right: "write it otherwise")]
        case .nobodyMayRelay: [.nobodyMayRelay]
        case .notRunning: [.notRunning]
        case .otherConfiguration: [.otherConfiguration]
        case .portTaken: [.portTaken(.coturn), .portTaken(.unit("cockpit.socket")), .portTaken(.program)]
        case .fileMissing: [.fileMissing]
        case .fileUnreadable:
            [
                .fileUnreadable(path: "/etc/key.pem", user: "sterna", right: .read),
                .fileUnreadable(path: "/etc/live", user: "sterna", right: .enter),
            ]
        case .keyUnfit: [.keyUnfit(right: nil), .keyUnfit(right: "write it otherwise")]
        case .buffersSmall: [.buffersSmall(wanted: 8_388_608)]
        case .clockUnkept: [.clockUnkept]
        case .fewFiles: [.fewFiles]
        case .connectionTableFull: [.connectionTableFull(limit: 65_536)]
        case .datagramsDropped: [.datagramsDropped]
        case .privateAddress: [.privateAddress]
        case .nobodyToAsk: [.nobodyToAsk]
        case .externalAddressUnreachable: [.externalAddressUnreachable]
        case .externalAddressForeign: [.externalAddressForeign(own: .anyV4)]
        case .externalAddressUnlikeName: [.externalAddressUnlikeName]
        case .observerSilent: [.observerSilent]
        case .severalWaysOut: [.severalWaysOut]
        case .observedOtherwise: [.observedOtherwise(.anyV6)]
        case .addressNotHere:
            [.addressNotHere(key: "relay-ip", own: [.anyV4]), .addressNotHere(key: "listening-ip", own: [])]
        case .nameWithoutAddress: [.nameWithoutAddress("turn.example.org")]
        case .nameElsewhere: [.nameElsewhere]
        case .serviceRecordWrong: [.serviceRecordWrong(port: 3478), .serviceRecordWrong(port: nil)]
        case .certificateExpired: [.certificateExpired]
        case .certificateNotYet: [.certificateNotYet]
        case .certificateForOthers: [.certificateForOthers(host: "turn.example.org")]
        case .certificateSelfMade: [.certificateSelfMade(authority: "/var/lib/sterna/tls/authority.pem")]
        case .certificateUnbelieved:
            [.certificateUnbelieved(isSelfSigned: true), .certificateUnbelieved(isSelfSigned: false)]
        case .certificateEnds: [.certificateEnds(days: 0), .certificateEnds(days: 3), .certificateEnds(days: 20)]
        case .protocolNameNeeded: [.protocolNameNeeded]
        case .nothingListens: [.nothingListens]
        case .turnedAway: [.turnedAway(port)]
        case .noAnswer: [.noAnswer(port)]
        case .unreachable: [.unreachable]
        case .connectionClosed: [.connectionClosed(port)]
        case .noSession: [.noSession(isDTLS: true), .noSession(isDTLS: false)]
        case .notSTUN: [.notSTUN(port)]
        case .cannotAsk: [.cannotAsk]
        case .bindingRefused: [.bindingRefused]
        case .allocateUnanswered: [.allocateUnanswered]
        case .clockApart: [.clockApart]
        case .secretChanged: [.secretChanged]
        case .secretUnknown: [.secretUnknown]
        case .passwordWrong: [.passwordWrong(realm: "example.org")]
        case .quotaReached: [.quotaReached]
        case .portsUsedUp: [.portsUsedUp]
        case .noCapacity: [.noCapacity]
        case .sentElsewhere: [.sentElsewhere("turn.example.org")]
        case .refused: [.refused]
        case .noPassword: [.noPassword]
        case .expiredAccepted: [.expiredAccepted]
        case .familyRefused: [.familyRefused(.v4), .familyRefused(.v6)]
        case .defaultFamilyMissing: [.defaultFamilyMissing]
        case .relayedUnroutable: [.relayedUnroutable]
        case .relayedPrivate: [.relayedPrivate]
        case .oneAllocationOnly: [.oneAllocationOnly]
        case .ownAddressDenied: [.ownAddressDenied(.anyV6)]
        case .nothingPasses: [.nothingPasses]
        case .packetsLost: [.packetsLost]
        case .transportDisturbed: [.transportDisturbed(.tls)]
        case .relayPortsClosed: [.relayPortsClosed(nil), .relayPortsClosed(49_152...65_535)]
        case .peersOpen: [.peersOpen(isOwn: true), .peersOpen(isOwn: false)]
        case .answersLong: [.answersLong]
        case .answersUnlimited: [.answersUnlimited]
        case .guestsRelayAnywhere: [.guestsRelayAnywhere]
        case .libraryWrong: [.libraryWrong]
        case .notReady: [.notReady]
        case .proxyMissing: [.proxyMissing]
        case .roomRefused: [.roomRefused]
        case .roomWithoutRelay: [.roomWithoutRelay]
        case .webSocketBroken: [.webSocketBroken(isProxied: true), .webSocketBroken(isProxied: false)]
        case .redirectBroken: [.redirectBroken]
        case .unitInactive: [.unitInactive]
        case .restarted: [.restarted]
        }
    }
}
