// SPDX-License-Identifier: Apache-2.0
// How the call stands, in one word for the page and one sentence for the person.

/** @typedef {import("../call/call.js").Call} Call */
/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {"joining" | "waiting" | "connecting" | "connected" | "trouble" | "failed"} Status */

/**
 * @param {Call} call
 * @returns {Status}
 */
export function statusOf(call) {
    const people = call.people();
    if (people.length === 0) return call.link() === "open" || call.hasJoined ? "waiting" : "joining";
    const conditions = people.map((person) => (person.isAway() && person.condition() !== "connected" ? "trouble" : person.condition()));
    // The best of several: one who is lost is told of on their own tile.
    for (const condition of /** @type {const} */ (["connected", "trouble", "connecting", "failed"])) {
        if (conditions.includes(condition)) return condition;
    }
    return "connecting";
}

/** @type {Record<Status, Word>} */
export const statusWords = {
    joining: "statusJoining",
    waiting: "statusWaiting",
    connecting: "statusConnecting",
    connected: "statusConnected",
    trouble: "statusTrouble",
    failed: "statusFailed",
};
