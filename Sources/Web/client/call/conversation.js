// SPDX-License-Identifier: Apache-2.0
// What the screens of a call need of it, whichever way it came about. Types only: nothing here runs.

/**
 * @typedef {object} Conversation
 * @property {string} name One's own.
 * @property {import("../media/media.js").Media} media
 * @property {() => import("../peer/person.js").Person[]} people
 * @property {() => import("../line/line.js").Link} link
 * @property {boolean} hasJoined Whether the line to the server has stood once.
 * @property {() => boolean} isConnected
 * @property {() => boolean} isVoiceOnly
 */

export {};
