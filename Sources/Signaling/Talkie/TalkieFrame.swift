// SPDX-License-Identifier: Apache-2.0

/// The first byte of every walkie-talkie message (API §6).
enum TalkieFrame {
    // From the page.
    static let pressed: UInt8 = 0x01
    static let released: UInt8 = 0x02
    static let chunk: UInt8 = 0x03
    static let ping: UInt8 = 0x04
    static let replay: UInt8 = 0x05

    // From the server.
    static let granted: UInt8 = 0x10
    static let denied: UInt8 = 0x11
    static let airIsFree: UInt8 = 0x12
    static let media: UInt8 = 0x13
    static let peerInfo: UInt8 = 0x14
    static let pong: UInt8 = 0x15

    /// The longest payload of a ping, in bytes.
    static let longestPing = 16
}
