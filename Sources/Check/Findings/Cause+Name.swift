// SPDX-License-Identifier: Apache-2.0

extension Cause {
    /// What a cause is called, for programs and manuals.
    package enum Name: String, CaseIterable, Hashable, Sendable {
        case settingWrong = "setting-wrong"
        case settingDoubtful = "setting-doubtful"
        case nobodyMayRelay = "nobody-may-relay"
        case notRunning = "not-running"
        case otherConfiguration = "other-configuration"
        case portTaken = "port-taken"
        case fileMissing = "file-missing"
        case fileUnreadable = "file-unreadable"
        case keyUnfit = "key-unfit"
        case buffersSmall = "buffers-small"
        case clockUnkept = "clock-unkept"
        case fewFiles = "few-files"
        case connectionTableFull = "connection-table-full"
        case datagramsDropped = "datagrams-dropped"
        case privateAddress = "private-address"
        case nobodyToAsk = "nobody-to-ask"
        case externalAddressUnreachable = "external-address-unreachable"
        case externalAddressForeign = "external-address-foreign"
        case externalAddressUnlikeName = "external-address-unlike-name"
        case observerSilent = "observer-silent"
        case severalWaysOut = "several-ways-out"
        case observedOtherwise = "observed-otherwise"
        case addressNotHere = "address-not-here"
        case nameWithoutAddress = "name-without-address"
        case nameElsewhere = "name-elsewhere"
        case serviceRecordWrong = "service-record-wrong"
        case certificateExpired = "certificate-expired"
        case certificateNotYet = "certificate-not-yet"
        case certificateForOthers = "certificate-for-others"
        case certificateSelfMade = "certificate-self-made"
        case certificateUnbelieved = "certificate-unbelieved"
        case certificateEnds = "certificate-ends"
        case protocolNameNeeded = "protocol-name-needed"
        case nothingListens = "nothing-listens"
        case turnedAway = "turned-away"
        case noAnswer = "no-answer"
        case unreachable
        case connectionClosed = "connection-closed"
        case noSession = "no-session"
        case notSTUN = "not-stun"
        case cannotAsk = "cannot-ask"
        case bindingRefused = "binding-refused"
        case allocateUnanswered = "allocate-unanswered"
        case clockApart = "clock-apart"
        case secretChanged = "secret-changed"
        case secretUnknown = "secret-unknown"
        case passwordWrong = "password-wrong"
        case quotaReached = "quota-reached"
        case portsUsedUp = "ports-used-up"
        case noCapacity = "no-capacity"
        case sentElsewhere = "sent-elsewhere"
        case refused
        case noPassword = "no-password"
        case expiredAccepted = "expired-accepted"
        case familyRefused = "family-refused"
        case defaultFamilyMissing = "default-family-missing"
        case relayedUnroutable = "relayed-unroutable"
        case relayedPrivate = "relayed-private"
        case oneAllocationOnly = "one-allocation-only"
        case ownAddressDenied = "own-address-denied"
        case nothingPasses = "nothing-passes"
        case packetsLost = "packets-lost"
        case transportDisturbed = "transport-disturbed"
        case relayPortsClosed = "relay-ports-closed"
        case peersOpen = "peers-open"
        case answersLong = "answers-long"
        case answersUnlimited = "answers-unlimited"
        case guestsRelayAnywhere = "guests-relay-anywhere"
        case libraryWrong = "library-wrong"
        case notReady = "not-ready"
        case proxyMissing = "proxy-missing"
        case roomRefused = "room-refused"
        case roomWithoutRelay = "room-without-relay"
        case webSocketBroken = "web-socket-broken"
        case redirectBroken = "redirect-broken"
        case unitInactive = "unit-inactive"
        case restarted
    }

    package var name: Name {
        switch self {
        case .settingWrong: .settingWrong
        case .settingDoubtful: .settingDoubtful
        case .nobodyMayRelay: .nobodyMayRelay
        case .notRunning: .notRunning
        case .otherConfiguration: .otherConfiguration
        case .portTaken: .portTaken
        case .fileMissing: .fileMissing
        case .fileUnreadable: .fileUnreadable
        case .keyUnfit: .keyUnfit
        case .buffersSmall: .buffersSmall
        case .clockUnkept: .clockUnkept
        case .fewFiles: .fewFiles
        case .connectionTableFull: .connectionTableFull
        case .datagramsDropped: .datagramsDropped
        case .privateAddress: .privateAddress
        case .nobodyToAsk: .nobodyToAsk
        case .externalAddressUnreachable: .externalAddressUnreachable
        case .externalAddressForeign: .externalAddressForeign
        case .externalAddressUnlikeName: .externalAddressUnlikeName
        case .observerSilent: .observerSilent
        case .severalWaysOut: .severalWaysOut
        case .observedOtherwise: .observedOtherwise
        case .addressNotHere: .addressNotHere
        case .nameWithoutAddress: .nameWithoutAddress
        case .nameElsewhere: .nameElsewhere
        case .serviceRecordWrong: .serviceRecordWrong
        case .certificateExpired: .certificateExpired
        case .certificateNotYet: .certificateNotYet
        case .certificateForOthers: .certificateForOthers
        case .certificateSelfMade: .certificateSelfMade
        case .certificateUnbelieved: .certificateUnbelieved
        case .certificateEnds: .certificateEnds
        case .protocolNameNeeded: .protocolNameNeeded
        case .nothingListens: .nothingListens
        case .turnedAway: .turnedAway
        case .noAnswer: .noAnswer
        case .unreachable: .unreachable
        case .connectionClosed: .connectionClosed
        case .noSession: .noSession
        case .notSTUN: .notSTUN
        case .cannotAsk: .cannotAsk
        case .bindingRefused: .bindingRefused
        case .allocateUnanswered: .allocateUnanswered
        case .clockApart: .clockApart
        case .secretChanged: .secretChanged
        case .secretUnknown: .secretUnknown
        case .passwordWrong: .passwordWrong
        case .quotaReached: .quotaReached
        case .portsUsedUp: .portsUsedUp
        case .noCapacity: .noCapacity
        case .sentElsewhere: .sentElsewhere
        case .refused: .refused
        case .noPassword: .noPassword
        case .expiredAccepted: .expiredAccepted
        case .familyRefused: .familyRefused
        case .defaultFamilyMissing: .defaultFamilyMissing
        case .relayedUnroutable: .relayedUnroutable
        case .relayedPrivate: .relayedPrivate
        case .oneAllocationOnly: .oneAllocationOnly
        case .ownAddressDenied: .ownAddressDenied
        case .nothingPasses: .nothingPasses
        case .packetsLost: .packetsLost
        case .transportDisturbed: .transportDisturbed
        case .relayPortsClosed: .relayPortsClosed
        case .peersOpen: .peersOpen
        case .answersLong: .answersLong
        case .answersUnlimited: .answersUnlimited
        case .guestsRelayAnywhere: .guestsRelayAnywhere
        case .libraryWrong: .libraryWrong
        case .notReady: .notReady
        case .proxyMissing: .proxyMissing
        case .roomRefused: .roomRefused
        case .roomWithoutRelay: .roomWithoutRelay
        case .webSocketBroken: .webSocketBroken
        case .redirectBroken: .redirectBroken
        case .unitInactive: .unitInactive
        case .restarted: .restarted
        }
    }
}
