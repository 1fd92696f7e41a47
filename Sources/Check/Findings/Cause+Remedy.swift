// SPDX-License-Identifier: Apache-2.0

internal import Wire

extension Cause {
    /// What to do about it: the one table of that.
    package var remedy: String {
        switch self {
        case .settingWrong(let right): right ?? "correct it there; sterna.conf(5) says what is right"
        case .settingDoubtful(let right): right ?? "look at it there; sterna.conf(5) says what it does"
        case .nobodyMayRelay: "add static-auth-secret= and what “openssl rand -hex 32” prints, or user=name:password"

        case .notRunning: "systemctl start sterna, then journalctl -u sterna -e where it does not stay up"
        case .otherConfiguration:
            "the server runs with another configuration, or could not have that port: systemctl restart sterna, then journalctl -u sterna -e"
        case .portTaken(.coturn): "systemctl disable --now coturn, or give Sterna another port"
        case .portTaken(.unit(let unit)): "systemctl disable --now \(unit), or give Sterna another port"
        case .portTaken(.program): "end it, or give Sterna another port"
        case .fileMissing: "correct the path, or have the certificate issued"
        case .fileUnreadable(let path, let user, let right): "setfacl -m u:\(user):\(right.letter) \(path)"
        case .keyUnfit(let right): right ?? "have the certificate issued again"
        case .buffersSmall(let wanted):
            "echo net.core.rmem_max=\(wanted) >/etc/sysctl.d/60-sterna.conf && sysctl --system"
        case .clockUnkept: "apt install systemd-timesyncd (or chrony); in a container, on its host"
        case .fewFiles: "set LimitNOFILE=1048576 in the unit, or ulimit -n 1048576 where it is started by hand"
        case .connectionTableFull(let limit):
            "echo net.netfilter.nf_conntrack_max=\(limit * 4) >/etc/sysctl.d/61-conntrack.conf && sysctl --system"
        case .datagramsDropped:
            "raise net.core.rmem_max (see socket buffers above); sterna_socket_drops_total says whether it was Sterna"

        case .privateAddress:
            "external-ip= and the public address, or a name that follows it; fine where all clients are on this network"
        case .nobodyToAsk:
            "external-ip-server= and a STUN server outside, or the public address itself: external-ip=PUBLIC"
        case .externalAddressUnreachable: "write the public address there"
        case .externalAddressForeign(let own): "remove external-ip, or write external-ip=\(own)"
        case .externalAddressUnlikeName: "correct whichever of both is wrong"
        case .observerSilent: "name another STUN server; UDP to it must pass the firewall"
        case .severalWaysOut: "bind relay-ip to the address whose way out is what clients are told"
        case .observedOtherwise(let address): "external-ip=\(address)"
        case .addressNotHere(let key, let own):
            "remove \(key), or name one of this machine: \(own.map { "\($0)" }.joined(separator: ", "))"
        case .nameWithoutAddress(let name):
            "make an A record (and AAAA where there is IPv6) for \(name) with the address of this server"
        case .nameElsewhere: "correct the record, or external-ip; fine where a proxy or a NAT stands in front"
        case .serviceRecordWrong(let port):
            port.map { "correct the record: port \($0)" } ?? "remove the record, or serve it"

        case .certificateExpired: "renew it (certbot renew); Sterna takes the new file within a minute"
        case .certificateNotYet: "set this machine's clock; the certificate's time has not come"
        case .certificateForOthers(let host):
            "have one issued for \(host), or correct public-url (here: --host NAME)"
        case .certificateSelfMade(let authority):
            "have one issued (certbot) and name it with cert and pkey, or have devices trust \(authority)"
        case .certificateUnbelieved(isSelfSigned: true):
            "have one issued by an authority (certbot); with an authority of your own: --ca FILE"
        case .certificateUnbelieved(isSelfSigned: false):
            "cert must name the file with the issuers (fullchain.pem); with an authority of your own: --ca FILE"
        case .certificateEnds(..<1): "renew it today: certbot renew"
        case .certificateEnds(..<7):
            "renew it this week; certbot does so by itself: see systemctl status certbot.timer"
        case .certificateEnds: "see that it is going to be renewed: certbot renew --dry-run"
        case .protocolNameNeeded:
            "let what stands at that port pass on TLS without ALPN, too: browsers name no protocol for TURN"

        case .nothingListens: "start the server there, or correct its port"
        case .turnedAway(let port), .noAnswer(let port):
            "open port \(port.words): ufw allow \(port.words), and in the provider's firewall"
        case .unreachable: "look at this machine's own network: ip route get ADDRESS"
        case .connectionClosed(let port):
            "see what takes connections at port \(port.words): a proxy that lets only some through, or another service"
        case .noSession(isDTLS: true): "see that the server has cert and pkey; browsers do without DTLS"
        case .noSession(isDTLS: false): "see that the server has cert and pkey, and that no other service has that port"
        case .notSTUN(let port): "port \(port.words) is another service's: correct the port"
        case .cannotAsk: "raise ulimit -n here, and look at this machine's memory"

        case .bindingRefused: "remove secure-stun and no-stun"
        case .allocateUnanswered: "see the server's log; something on the way may let only STUN through"
        case .clockApart: "set both clocks: timedatectl set-ntp true"
        case .secretChanged: "the running server has another secret than this file: systemctl restart sterna"
        case .secretUnknown:
            "the secret is not the server's static-auth-secret; copy it again, without blanks and line ends"
        case .passwordWrong(let realm):
            "name or password are wrong; a realm is part of a stored key (the server's realm is “\(realm)”)"
        case .quotaReached: "raise user-quota or total-quota, or wait until others have left"
        case .portsUsedUp: "widen min-port and max-port, or find who has them: sterna sessions"
        case .noCapacity:
            "its log says which: its ports are used up, its relay-ip is no address of that machine, or it is being drained"
        case .sentElsewhere(let place): "check that one: sterna check turn:\(place)"
        case .refused: "see the server's log: it says why"
        case .noPassword: "remove no-auth; a relay without passwords is found and abused within hours"
        case .expiredAccepted: "set both clocks: timedatectl set-ntp true"
        case .familyRefused(let family):
            "let relay-ip name an address of \(family == .v4 ? "IPv4" : "IPv6"), too, or remove it"
        case .defaultFamilyMissing: "allocation-default-address-family=keep, so that they get IPv6"
        case .relayedUnroutable: "name an address that clients reach with relay-ip, or remove what names this one"
        case .relayedPrivate: "external-ip= and the public address on that server"

        case .oneAllocationOnly: "raise user-quota to 2 or more"
        case .ownAddressDenied(let address):
            "a denied-peer-ip covers the server's own address: add allowed-peer-ip=\(address)"
        case .nothingPasses: "see external-ip, and whether a firewall on that machine stands between its own ports"
        case .packetsLost: "look at socket buffers (HOST) and max-bps, and at the processors' load while calls run"
        case .transportDisturbed(let transport):
            "see what stands on the way of \(transport.rawValue): a proxy or a firewall that looks into it"
        case .relayPortsClosed(let range):
            "open the relay's ports for UDP: \(range.map { "ufw allow \($0.lowerBound):\($0.upperBound)/udp" } ?? "min-port to max-port, by default 49152 to 65535"); else see external-ip"

        case .peersOpen(isOwn: true):
            "remove allow-loopback-peers, and from allowed-peer-ip whatever is not meant to be reached"
        case .peersOpen(isOwn: false):
            "deny their networks there, as in denied-peer-ip=10.0.0.0-10.255.255.255 and denied-peer-ip=169.254.0.0-169.254.255.255"
        case .answersLong:
            "a shorter realm, and no software attribute; limit answers with unauthorized-ratelimit-rps"
        case .answersUnlimited:
            "remove that line: by default an address gets 10 answers/s, after a burst of 400"
        case .guestsRelayAnywhere:
            "remove room-scoped-relay=no, or let only who has a key make rooms: room-creation=key and room-key="

        case .libraryWrong:
            "the libcrypto of this machine computes wrongly, or forbids MD5 and SHA-1 (FIPS): see openssl version -a"
        case .notReady: "correct what it names; /readyz asks again"
        case .proxyMissing:
            "start the proxy in front (packaging/proxies), or let public-url name this server's own port"
        case .roomRefused: "see the server's log, and the rights of data-dir"
        case .roomWithoutRelay: "see the server's log: the relay is not being served"
        case .webSocketBroken(isProxied: true): "the proxy must pass Upgrade and Connection on; packaging/proxies"
        case .webSocketBroken(isProxied: false): "see the server's log, and allowed-origin"
        case .redirectBroken: "let public-url name what browsers reach, or remove it"
        case .unitInactive: "systemctl enable --now sterna, after the server that runs now was stopped"
        case .restarted: "journalctl -u sterna -p warning says why; coredumpctl list sterna"
        }
    }
}
