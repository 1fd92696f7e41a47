// SPDX-License-Identifier: Apache-2.0

/**
 * How long to wait before the next attempt to connect, in milliseconds: from half a second to ten, a little different
 * for everybody so that a restarted server is not asked by all at once.
 * @param {number} attempt Counted from zero.
 * @param {number} chance Between zero and one.
 */
export function backoff(attempt, chance) {
    const base = Math.min(750 * 2 ** Math.min(attempt, 8), 7500);
    return base * (2 / 3 + (chance * 2) / 3);
}
