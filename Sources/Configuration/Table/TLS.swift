// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let tls: [Setting] = [
        Setting(
            "cert", .path, into: \.certificate,
            "The certificate with its chain, PEM. Where the file is missing, STUN and TURN are served without TLS until it is there. Without the setting HTTPS shows one of an authority of its own, in data-dir."
        ).reloadable,
        Setting(
            "pkey", .path, into: \.privateKey,
            "The certificate's private key, PEM. Without it the key is looked for in the file of cert."
        ).reloadable,
        Setting(
            "pkey-pwd", .text("password"), into: \.privateKeyPassword,
            "The password of the private key's file."
        ).secret,
        Setting(
            "CA-file", .path, into: \.authorityFile,
            "The certificates of those who issued cert, where its file has the server's own alone. Client certificates are not asked for, and a file that is no such chain is refused."
        ).deviates("It is the chain of cert; coturn asks clients for certificates of it.").reloadable,
        Setting(
            "cipher-list", .text("ciphers"), into: \.cipherList,
            "OpenSSL's list of ciphers for TLS 1.2."
        ),
        Setting(
            "no-tlsv1_2", .boolean, into: \.noTLS12,
            "Offers TLS 1.3 only."
        ),
    ]
}
