// SPDX-License-Identifier: Apache-2.0
// What this tab remembers of a room, so that a reload sits down on the same chair and goes on.

import { session } from "../core/storage.js";

/**
 * @typedef {object} Remembered
 * @property {string} peerId
 * @property {string} resume
 * @property {number | null} received The highest number received in order.
 * @property {string[]} younger Those who came after us: to them we make the first offer.
 * @property {string} name
 * @property {string} pin
 * @property {{ audio: boolean, video: boolean }} wants
 * @property {number} at When it was written, in milliseconds of Unix time.
 */

/** A seat is kept this long for whoever lost it, in milliseconds. */
const patience = 45000;

/** @param {string} token */
const key = (token) => `sterna.seat.${token}`;

/**
 * The seat that this tab had in the room until a moment ago.
 * @param {string} token
 * @returns {Remembered | null}
 */
export function recall(token) {
    /** @type {Remembered | null} */
    const memory = session.read(key(token));
    return memory && Date.now() - memory.at < patience ? memory : null;
}

/**
 * @param {string} token
 * @param {Remembered | null} memory Null once the person has left.
 */
export function keep(token, memory) {
    session.write(key(token), memory);
}
