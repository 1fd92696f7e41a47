// SPDX-License-Identifier: Apache-2.0
// What a finger or a key on the big button means: held, it talks until it is let go; a short tap talks until the next.

/** A touch shorter than this is a tap, in milliseconds. */
const tap = 280;

/** @typedef {"press" | "release" | null} Meaning */

export class Grip {
    constructor() {
        this.isDown = false;
        /** Whether it talks without being held. */
        this.isLocked = false;
        this.since = 0;
        this.wasLocked = false;
    }

    /**
     * @param {number} now In milliseconds.
     * @returns {Meaning}
     */
    down(now) {
        if (this.isDown) return null;
        this.isDown = true;
        this.since = now;
        this.wasLocked = this.isLocked;
        return this.isLocked ? null : "press";
    }

    /**
     * @param {number} now
     * @returns {Meaning}
     */
    up(now) {
        if (!this.isDown) return null;
        this.isDown = false;
        if (this.wasLocked) return this.let();
        if (now - this.since < tap) {
            this.isLocked = true;
            return null;
        }
        return "release";
    }

    /**
     * A click that no finger made, as assistive technology does: on, and off again.
     * @returns {Meaning}
     */
    click() {
        if (this.isLocked) return this.let();
        this.isLocked = true;
        return "press";
    }

    /**
     * The window lost the keys or the finger slid into the system's own gestures.
     * @returns {Meaning}
     */
    let() {
        const wasOn = this.isDown || this.isLocked || this.wasLocked;
        this.reset();
        return wasOn ? "release" : null;
    }

    /** The air was refused or taken back: what is held counts no more. */
    reset() {
        this.isDown = this.isLocked = this.wasLocked = false;
    }
}
