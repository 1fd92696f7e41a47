// SPDX-License-Identifier: Apache-2.0
// What to do about a connection that is down, and when: cheap steps first.

/** @typedef {"restart" | "relay" | "renew" | "give-up"} Step */
/** @typedef {{ after: number, step: Step }[]} Steps Milliseconds since the connection went down. */

// Both sides climb, but the one who was there first is ahead, so that the other seldom has to.

/**
 * A connection that stood and broke.
 * @type {Record<"elder" | "younger", Steps>}
 */
const broken = {
    elder: [
        { after: 3000, step: "restart" },
        { after: 10000, step: "relay" },
        { after: 22000, step: "renew" },
        { after: 60000, step: "give-up" },
    ],
    younger: [
        { after: 5500, step: "restart" },
        { after: 14000, step: "relay" },
        { after: 28000, step: "renew" },
        { after: 60000, step: "give-up" },
    ],
};

/**
 * A connection that has never stood.
 * @type {Record<"elder" | "younger", Steps>}
 */
const unborn = {
    elder: [
        { after: 9000, step: "restart" },
        { after: 18000, step: "renew" },
        { after: 60000, step: "give-up" },
    ],
    younger: [
        { after: 13000, step: "renew" },
        { after: 30000, step: "renew" },
        { after: 60000, step: "give-up" },
    ],
};

/** After giving up, a fresh connection is still tried this often, in milliseconds. */
const afterwards = 30000;

export class Ladder {
    /**
     * @param {boolean} isElder
     * @param {number} now In milliseconds, as everywhere here.
     */
    constructor(isElder, now) {
        this.side = /** @type {"elder" | "younger"} */ (isElder ? "elder" : "younger");
        this.steps = unborn[this.side];
        this.next = 0;
        /**
         * When it went down; null while it stands.
         * @type {number | null}
         */
        this.since = now;
    }

    /** The connection stands. */
    stands() {
        this.steps = broken[this.side];
        this.next = 0;
        this.since = null;
    }

    /**
     * The connection is down, or still down.
     * @param {number} now
     * @param {boolean} isCertain The browser itself has given up: the first step need not wait.
     */
    falls(now, isCertain = false) {
        const first = this.steps[0];
        if (this.since === null) this.since = now;
        if (isCertain && this.next === 0 && first) this.since = Math.min(this.since, now - first.after);
    }

    /**
     * The step that is due, once.
     * @param {number} now
     * @returns {Step | null}
     */
    due(now) {
        if (this.since === null) return null;
        const step = this.steps[this.next];
        if (step) {
            if (now - this.since < step.after) return null;
            this.next += 1;
            return step.step;
        }
        const last = this.steps[this.steps.length - 1];
        const extra = this.next - this.steps.length + 1;
        if (!last || now - this.since < last.after + extra * afterwards) return null;
        this.next += 1;
        return "renew";
    }

    /**
     * Nothing can be done at the moment: lets no steps pile up.
     * @param {number} now
     */
    wait(now) {
        const step = this.steps[this.next];
        if (this.since !== null && step) this.since = Math.max(this.since, now - step.after);
    }
}
