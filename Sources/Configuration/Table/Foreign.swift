// SPDX-License-Identifier: Apache-2.0

/// What coturn (4.6.1 to 4.17) understands and Sterna has no setting for.
extension Setting {
    static let foreign = unsafeWithoutEffect + lost + needless

    private static let database =
        "Sterna reads SQLite only, and the users, secrets and denied peers of that database would be missing; put them into a file that userdb= names (sterna user add, sterna secret add), or write user=, static-auth-secret= and denied-peer-ip=, and remove this line"
    private static let elsewhere = "Sterna logs to standard error, which systemd keeps: journalctl -u sterna"

    /// Dropping these would weaken authentication or peer policy.
    private static let unsafeWithoutEffect = [
        Setting(
            foreignFlag: "no-auth",
            .refused(reason: "the relay is never open to everybody; remove it, and add user= or static-auth-secret=")),
        Setting(
            foreignFlag: "server-relay",
            .refused(reason: "it lets peers in that have no permission; remove it")),
        Setting(foreign: "psql-userdb", .refused(reason: database)),
        Setting(foreign: "sql-userdb", .refused(reason: database)),
        Setting(foreign: "mysql-userdb", .refused(reason: database)),
        Setting(foreign: "mongo-userdb", .refused(reason: database)),
        Setting(foreign: "redis-userdb", .refused(reason: database)),
    ]

    private static let lost: [Setting] =
        [
            ("redis-statsdb", "nothing is published to Redis"),
            ("secret-key-file", "no database passwords are read"),
            ("aux-server", "the address is not served; name it with listening-ip"),
            ("listening-device", "sockets are not bound to a device; name its address with listening-ip"),
            ("relay-device", "sockets are not bound to a device; name its address with relay-ip"),
            ("max-allocate-timeout", "there is no state before authentication that could time out"),
            ("log-file", elsewhere),
            ("syslog-facility", elsewhere),
            ("new-log-timestamp-format", "the log's time is RFC 3339 in UTC"),
            ("cli-ip", "there is no telnet console; see sterna status, sessions and kick"),
            ("cli-port", "there is no telnet console; see sterna status, sessions and kick"),
            ("cli-password", "there is no telnet console; see sterna status, sessions and kick"),
            ("cli-max-output-sessions", "there is no telnet console; see sterna status, sessions and kick"),
            ("web-admin-ip", "there is no web administration"),
            ("web-admin-port", "there is no web administration"),
            ("prometheus-cert", "metrics are served without TLS; keep them on the loopback address"),
            ("prometheus-key", "metrics are served without TLS; keep them on the loopback address"),
            ("multiplex-peer-port", "every allocation has a port of its own"),
            ("multiplex-peer-max-peers", "every allocation has a port of its own"),
            ("dh-file", "key exchange uses elliptic curves"),
            ("ec-curve-name", "OpenSSL's choice of curves is used"),
        ].map { key, loss in Setting(foreign: key, .dropped(loss: loss)) }
        + [
            ("syslog", elsewhere),
            ("web-admin", "there is no web administration"),
            ("web-admin-listen-on-workers", "there is no web administration"),
            ("cli", "there is no telnet console; see sterna status, sessions and kick"),
            ("log-binding", "Binding requests are not logged"),
            ("multiplex-peer", "every allocation has a port of its own"),
            ("raw-public-keys", "only certificates are used"),
            ("prometheus-username-labels", "users are never named in metrics"),
            ("prometheus-tls", "metrics are served without TLS; keep them on the loopback address"),
        ].map { key, loss in Setting(foreignFlag: key, .dropped(loss: loss)) }

    /// Nothing is lost without these.
    private static let needless: [Setting] =
        [
            ("st-cred-mech", "long-term credentials are always asked for"),
            ("lt-cred-mech", "long-term credentials are always asked for"),
            ("no-cli", "there is no telnet console; see sterna status, sessions and kick"),
            ("no-multicast-peers", "multicast peers are always denied"),
            ("no-loopback-peers", "loopback peers are denied unless allow-loopback-peers is set"),
            ("no-rfc5780", "it is off unless asked for"),
            ("response-origin-only-with-rfc5780", "RESPONSE-ORIGIN is for RFC 5780 only"),
            ("no-stun-backward-compatibility", "answers carry no MAPPED-ADDRESS"),
            ("no-software-attribute", "answers name no software unless asked to"),
            ("prod", "answers name no software unless asked to"),
            ("no-sslv2", "TLS 1.2 is the oldest there is"),
            ("no-sslv3", "TLS 1.2 is the oldest there is"),
            ("no-tlsv1", "TLS 1.2 is the oldest there is"),
            ("no-tlsv1_1", "TLS 1.2 is the oldest there is"),
            ("tlsv1", "TLS 1.2 is the oldest there is"),
            ("tlsv1_1", "TLS 1.2 is the oldest there is"),
            ("dh566", "key exchange uses elliptic curves"),
            ("dh1066", "key exchange uses elliptic curves"),
            ("dh2066", "key exchange uses elliptic curves"),
            ("daemon", "systemd keeps it in the background"),
            ("no-stdout-log", "nothing is logged to standard output"),
            ("simple-log", "there are no log files"),
            ("new-log-timestamp", "the log's time is RFC 3339 in UTC"),
            ("stateless-nonce", "nonces are always stateless"),
            ("unauthorized-ratelimit", "see unauthorized-ratelimit-rps"),
            ("udp-self-balance", "listeners share their port among the workers"),
            ("udp-recvmmsg", "datagrams are received in batches"),
            ("udp-recvmmsg-log", "batches are not logged"),
            ("udp-sendmmsg-log", "batches are not logged"),
            ("udp-gso", "runs of datagrams are sent as one where the kernel can"),
            ("drop-invalid-packets", "what is not STUN is dropped"),
            ("drop-invalid-packets-log", "drops are counted"),
            ("no-auth-pings", "there is no database to keep awake"),
            ("no-dynamic-ip-list", "peer rules of userdb always count"),
            ("no-dynamic-realms", "the realms of userdb's sites are always served"),
            ("respond-http-unsupported", "HTTP has its own listener"),
            ("rfc3489-compatibility", "clients older than RFC 5389 get an answer to Binding requests"),
            ("verbose", "see log-min-level"),
            ("Verbose", "see log-min-level"),
        ].map { key, reason in Setting(foreignFlag: key, .always(reason)) }
        + [
            ("pidfile", "systemd knows the process"),
            ("ne", "there is one way to read the network"),
            ("cpus", "see workers"),
            ("secret-ts-exp-time", "the user name of a TURN REST credential says when it ends"),
        ].map { key, reason in Setting(foreign: key, .always(reason)) }
}
