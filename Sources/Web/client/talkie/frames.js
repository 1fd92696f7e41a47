// SPDX-License-Identifier: Apache-2.0
// The messages of the walkie-talkie's WebSocket: a byte that says what it is, then the payload.

/** @typedef {{ peerId: string, name: string }} Peer */
/** @typedef {{ you: string, talker: string | null, peers: Peer[], mime: string | null }} Info */
/**
 * @typedef {{ type: "granted" } | { type: "denied" } | { type: "released" } | { type: "media", bytes: Uint8Array }
 *     | { type: "info", info: Info } | { type: "pong", payload: string } | { type: "unknown" }} Frame
 */

export const press = Uint8Array.of(0x01);
export const release = Uint8Array.of(0x02);
export const replay = Uint8Array.of(0x05);

/** @param {Blob} bytes */
export const chunk = (bytes) => new Blob([Uint8Array.of(0x03), bytes]);

/** @param {string} payload At most 16 bytes. */
export const ping = (payload) => Uint8Array.of(0x04, ...new TextEncoder().encode(payload));

/**
 * @param {ArrayBuffer} data
 * @returns {Frame}
 */
export function read(data) {
    const bytes = new Uint8Array(data);
    const payload = bytes.subarray(1);
    switch (bytes[0]) {
        case 0x10:
            return { type: "granted" };
        case 0x11:
            return { type: "denied" };
        case 0x12:
            return { type: "released" };
        case 0x13:
            return { type: "media", bytes: payload };
        case 0x14:
            return { type: "info", info: JSON.parse(new TextDecoder().decode(payload)) };
        case 0x15:
            return { type: "pong", payload: new TextDecoder().decode(payload) };
        default:
            return { type: "unknown" };
    }
}
