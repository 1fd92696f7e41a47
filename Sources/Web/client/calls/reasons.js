// SPDX-License-Identifier: Apache-2.0
// How a call ended, in words.

/** @typedef {import("../core/language.js").Word} Word */

/** @type {Record<import("./machine.js").Reason, Word>} */
export const reasonWords = {
    hangup: "endHangup",
    cancelled: "endCancelled",
    declined: "endDeclined",
    rejected: "endRejected",
    busy: "endBusy",
    "no-answer": "endNoAnswer",
    missed: "endMissed",
    offline: "endOffline",
    "answered-elsewhere": "endAnsweredElsewhere",
    "rejected-elsewhere": "endRejectedElsewhere",
    lost: "endLost",
    line: "endLine",
    "too-fast": "endTooFast",
    already: "endAlready",
    refused: "endRefused",
    unreachable: "endUnreachable",
};

/**
 * What the list of calls says.
 * @param {import("./contacts.js").Past} past
 * @returns {Word}
 */
export function outcomeWord({ direction, outcome, missed }) {
    if (missed) return "pastMissed";
    if (outcome === "answered") return direction === "outgoing" ? "pastOutgoing" : "pastIncoming";
    if (outcome === "rejected") return direction === "outgoing" ? "pastRejected" : "pastDeclined";
    if (outcome === "busy") return "pastBusy";
    if (outcome === "cancelled") return "pastCancelled";
    return "pastNoAnswer";
}
