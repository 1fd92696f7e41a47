// SPDX-License-Identifier: Apache-2.0
// One person sits in one window: of several windows of this browser one holds the room, and can hand its seat over.

/** @typedef {import("./memory.js").Remembered} Remembered */

/** How long the window that holds a room may take to hand its seat over, in milliseconds: it may be busy. */
const patience = 10000;
/** A page that is loaded anew may come before the browser has let go of the one before it. */
const unloading = 3000;

/** @param {string} token */
const name = (token) => `sterna.room.${token}`;

/**
 * Whether another window of this browser is in the room.
 * @param {string} token
 */
export async function isHeldElsewhere(token) {
    const known = await navigator.locks?.query();
    return known?.held?.some((lock) => lock.name === name(token)) ?? false;
}

/**
 * Holds the room for this window.
 * @param {string} token
 * @param {{ isReload?: boolean, isTaken?: boolean }} manner Whether this window has just held it; whether it takes it from another.
 * @returns {Promise<Hold | null>} Null where another window holds it.
 */
export async function hold(token, { isReload = false, isTaken = false } = {}) {
    const made = new Hold(token);
    // Without locks, in a page that is not secure, every window is alone.
    if (!navigator.locks) return made;
    const limit = new AbortController();
    if (isReload) window.setTimeout(() => limit.abort(), unloading);
    const options = isTaken ? { steal: true } : isReload ? { signal: limit.signal } : { ifAvailable: true };
    return await new Promise((done) => {
        navigator.locks
            .request(name(token), options, (lock) => {
                done(lock && made);
                return lock ? made.whileHeld : undefined;
            })
            // Another window has taken it, or did not let go of it in time.
            .catch(() => (done(null), made.lost()));
    });
}

/**
 * Asks the window that holds the room for its seat; null when it does not answer.
 * @param {string} token
 * @returns {Promise<Remembered | null>}
 */
export function askForSeat(token) {
    const channel = new BroadcastChannel(name(token));
    return new Promise((done) => {
        const finish = (/** @type {Remembered | null} */ seat) => {
            clearTimeout(timer);
            channel.close();
            done(seat);
        };
        const timer = window.setTimeout(() => finish(null), patience);
        channel.onmessage = ({ data }) => data?.seat !== undefined && finish(data.seat);
        channel.postMessage("hand over");
    });
}

/** A room that this window holds. */
export class Hold {
    /** @param {string} token */
    constructor(token) {
        /**
         * Gives the seat away: called when another window asks for it.
         * @type {() => Remembered | null}
         */
        this.handOver = () => null;
        /** Another window took the room. */
        this.lost = () => {};
        /** @type {Promise<void>} */
        this.whileHeld = new Promise((done) => {
            this.end = done;
        });
        this.channel = "BroadcastChannel" in window ? new BroadcastChannel(name(token)) : null;
        if (this.channel) this.channel.onmessage = ({ data }) => data === "hand over" && this.channel?.postMessage({ seat: this.handOver() });
        this.gone = () => this.release();
        window.addEventListener("pagehide", this.gone);
    }

    /** Lets go of the room. */
    release() {
        window.removeEventListener("pagehide", this.gone);
        this.channel?.close();
        this.end?.();
    }
}
