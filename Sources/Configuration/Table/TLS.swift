// SPDX-License-Identifier: Apache-2.0

extension Setting {
    private static let noTLS = "TLS and DTLS are not served yet, so clients that are given turns: cannot connect"

    static let tls: [Setting] = [
        Setting(
            "cert", .path, into: \.certificate,
            "The certificate with its chain, PEM."
        ).reloadable.planned(loss: noTLS),
        Setting(
            "pkey", .path, into: \.privateKey,
            "The certificate's private key, PEM."
        ).reloadable.planned(loss: noTLS),
        Setting(
            "pkey-pwd", .text("password"), into: \.privateKeyPassword,
            "The password of the private key's file."
        ).secret.planned(loss: noTLS),
        Setting(
            "cipher-list", .text("ciphers"), into: \.cipherList,
            "OpenSSL's list of ciphers for TLS 1.2."
        ).planned(loss: noTLS),
        Setting(
            "no-tlsv1_2", .boolean, into: \.noTLS12,
            "Offers TLS 1.3 only."
        ).planned(loss: noTLS),
    ]
}
