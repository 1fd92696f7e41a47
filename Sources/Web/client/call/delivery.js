// SPDX-License-Identifier: Apache-2.0
// Numbered messages over sockets that come and go: nothing is lost with a dying one and nothing arrives twice.

/** @typedef {import("./protocol.js").Outgoing} Outgoing */
/** @typedef {Outgoing & { seq: number }} Numbered */

/** Both directions of one seat. It owns no socket; it says what is to be sent and what is news. */
export class Delivery {
    constructor() {
        /**
         * The highest number received in order; null when a page before this one knew it.
         * @type {number | null}
         */
        this.received = 0;
        /** Whether `received` is what a page before this one had noted last; it may have had more. */
        this.isInherited = false;
        this.nextNumber = 1;
        /** @type {Numbered[]} */
        this.unacknowledged = [];
    }

    /**
     * Numbers a message and keeps it until the other side has it.
     * @param {Outgoing} message
     * @returns {Numbered}
     */
    number(message) {
        const numbered = { ...message, seq: this.nextNumber };
        this.nextNumber += 1;
        this.unacknowledged.push(numbered);
        return numbered;
    }

    /**
     * Whether an incoming message is the next one, one that was had before, or one after something that is missing.
     * @param {number | undefined} seq
     * @returns {"next" | "repeat" | "gap"}
     */
    place(seq) {
        if (seq === undefined) return "next";
        if (this.received !== null && seq <= this.received) return "repeat";
        if (this.received !== null && seq > this.received + 1 && !this.isInherited) return "gap";
        this.received = seq;
        this.isInherited = false;
        return "next";
    }

    /**
     * Lets go of what the other side says it has.
     * @param {number | undefined} ack
     */
    acknowledge(ack) {
        if (ack === undefined) return;
        this.unacknowledged = this.unacknowledged.filter((message) => message.seq > ack);
    }

    /**
     * Goes on with the same seat on a new socket; the answer is what has to be said again.
     * @param {number} ack
     */
    resume(ack) {
        this.acknowledge(ack);
        // A page that was loaded anew does not know how far the one before it had counted.
        this.nextNumber = Math.max(this.nextNumber, ack + 1);
        return [...this.unacknowledged];
    }

    /** Starts counting anew, in a seat of its own. */
    reset() {
        this.received = 0;
        this.isInherited = false;
        this.nextNumber = 1;
        this.unacknowledged = [];
    }

    /**
     * The page that sat here before this one had received up to `received`, if that is known.
     * @param {number | null} received
     */
    inherit(received) {
        this.received = received;
        this.isInherited = true;
    }
}
