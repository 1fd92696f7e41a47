// SPDX-License-Identifier: Apache-2.0
// When a camera or microphone that could not be opened is tried again by itself. It touches nothing: it is told what is
// plugged in. A device that is listed and does not open must not be asked for without end.

/** The least time between two attempts, in milliseconds; it doubles with each. */
const pause = 1000;
/** A device that gives up sooner than this after it was opened is not opened again by itself, in milliseconds. */
const shortest = 2000;

export class Retry {
    constructor() {
        /** What was plugged in when it could not be opened. */
        this.known = /** @type {ReadonlySet<string>} */ (new Set());
        this.attempts = 0;
        this.notBefore = -Infinity;
        this.openedAt = -Infinity;
    }

    /**
     * It could not be opened.
     * @param {string[]} plugged What the browser lists.
     * @param {number} now In milliseconds.
     */
    failed(plugged, now) {
        this.known = new Set(plugged);
        this.notBefore = now + pause * 2 ** Math.min(this.attempts, 6);
    }

    /** @param {number} now */
    opened(now) {
        this.openedAt = now;
    }

    /**
     * Whether to open it again after it ended by itself: not when it had hardly begun.
     * @param {number} now
     */
    isWorthAfterEnd(now) {
        return now - this.openedAt >= shortest;
    }

    /**
     * Whether something was plugged in that was not there when it failed. Asking counts as an attempt.
     * @param {string[]} plugged
     * @param {number} now
     */
    isWorth(plugged, now) {
        if (now < this.notBefore || plugged.every((id) => this.known.has(id))) return false;
        this.attempts += 1;
        this.known = new Set(plugged);
        this.notBefore = now + pause * 2 ** Math.min(this.attempts, 6);
        return true;
    }

    /** The person asks: what was learned before counts no more. */
    reset() {
        this.attempts = 0;
        this.notBefore = -Infinity;
    }
}
