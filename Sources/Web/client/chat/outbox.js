// SPDX-License-Identifier: Apache-2.0
// Messages on their way to the server: sent in order, kept until it has them on disk, sent again over a new line.
// A nonce makes the second sending of the same message the same message.

/** @typedef {{ nonce: string, channel: string, text: string }} Draft */

/** So many may be under way; the server refuses more than it can save at once. */
const window = 16;
/** What the server takes on one socket, with room to spare for all else: a burst, then so many a second. */
const burst = 60;
const perSecond = 40;
/** Without a word for this long a message is sent again, in milliseconds. */
const patience = 10000;

export class Outbox {
    constructor() {
        /** @type {(Draft & { sentAt: number | null })[]} */
        this.drafts = [];
        this.tokens = burst;
        this.filledAt = 0;
    }

    /** @param {Draft} draft */
    add(draft) {
        this.drafts.push({ ...draft, sentAt: null });
    }

    /**
     * What is to be sent now.
     * @param {number} now In milliseconds.
     * @returns {Draft[]}
     */
    take(now) {
        this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) / 1000) * perSecond);
        this.filledAt = now;
        const due = [];
        for (const draft of this.drafts.slice(0, window)) {
            if (this.tokens < 1) break;
            if (draft.sentAt !== null && now - draft.sentAt < patience) continue;
            draft.sentAt = now;
            this.tokens -= 1;
            const { nonce, channel, text } = draft;
            due.push({ nonce, channel, text });
        }
        return due;
    }

    /**
     * The server has it; whether it was one of ours.
     * @param {string | undefined} nonce
     */
    acknowledge(nonce) {
        const before = this.drafts.length;
        this.drafts = this.drafts.filter((draft) => draft.nonce !== nonce);
        return this.drafts.length < before;
    }

    /** The line broke: what was under way is sent again over the next one. */
    lost() {
        for (const draft of this.drafts) draft.sentAt = null;
        this.tokens = burst;
    }

    /**
     * What waits for a channel that is no more, or that one may no longer write in.
     * @param {string} channel
     */
    drop(channel) {
        this.drafts = this.drafts.filter((draft) => draft.channel !== channel);
    }

    /**
     * @param {string} channel
     * @returns {Draft[]}
     */
    of(channel) {
        return this.drafts.filter((draft) => draft.channel === channel);
    }
}
