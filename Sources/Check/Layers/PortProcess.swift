// SPDX-License-Identifier: Apache-2.0

/// The process that holds a port of this host, as far as this user may know it.
package struct PortProcess: Hashable, Sendable {
    /// The program, its process and its user, as far as this user may know.
    package let words: String
    /// The name of the program; nil where this user may not know it.
    package let program: String?
    /// Whether it is this server, or systemd that keeps the port for it.
    package let isOurs: Bool

    /// Those who hold `port` over UDP or TCP, each once.
    package static func all(of port: UInt16, overUDP: Bool) -> [Self] {
        Holder.holders(of: port, overUDP ? .udp : .tcp).map { holder in
            Self(
                words: holder.words, program: holder.programs.first?.name,
                isOurs: holder.programs.isEmpty
                    ? SystemUser(number: holder.user)?.name == "sterna" : holder.isOurs)
        }
    }
}
