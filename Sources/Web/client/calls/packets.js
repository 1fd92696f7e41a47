// SPDX-License-Identifier: Apache-2.0
// The packets of Socket.IO 5 inside Engine.IO 4, as far as a page needs them: one namespace and no binary.

/**
 * @typedef {{ type: "open", pingInterval: number, pingTimeout: number } | { type: "ping" } | { type: "close" }
 *     | { type: "connected" } | { type: "refused", message: string } | { type: "event", name: string, data: any }
 *     | { type: "acknowledged" } | { type: "other" }} Packet
 */

export const pong = "3";

/** @param {object} auth */
export const connect = (auth) => `40${JSON.stringify(auth)}`;

/**
 * @param {string} name
 * @param {unknown} data
 */
export const event = (name, data) => `42${JSON.stringify([name, data])}`;

/**
 * A question that the server answers at once: what other protocols call a ping.
 * @param {number} number
 */
export const question = (number) => `42${number}["ping"]`;

/**
 * @param {string} text
 * @returns {Packet}
 */
export function read(text) {
    switch (text[0]) {
        case "0": {
            const { pingInterval, pingTimeout } = JSON.parse(text.slice(1));
            return { type: "open", pingInterval, pingTimeout };
        }
        case "1":
            return { type: "close" };
        case "2":
            return { type: "ping" };
        case "4":
            return message(text.slice(1));
        default:
            return { type: "other" };
    }
}

/**
 * @param {string} text
 * @returns {Packet}
 */
function message(text) {
    const body = text.slice(1).replace(/^\d+/, "");
    switch (text[0]) {
        case "0":
            return { type: "connected" };
        case "1":
            return { type: "close" };
        case "2": {
            const [name, data] = JSON.parse(body);
            return { type: "event", name, data };
        }
        case "3":
            return { type: "acknowledged" };
        case "4":
            return { type: "refused", message: JSON.parse(body).message };
        default:
            return { type: "other" };
    }
}
