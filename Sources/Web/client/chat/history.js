// SPDX-License-Identifier: Apache-2.0
// The messages of one channel as far as they are known here: in order, each once, whichever way it came.

/** @typedef {{ id: string, channel: string, author: string, mark?: string, text: string, sentAt: string, editedAt?: string, nonce?: string }} Message */

export class History {
    constructor() {
        /**
         * In the order of their ids, which is the order of sending.
         * @type {Message[]}
         */
        this.messages = [];
        /** Whether there may be older ones. */
        this.hasOlder = true;
        /** Whether the newest are known, so that what comes next follows without a gap. */
        this.isCurrent = false;
    }

    get newest() {
        return this.messages[this.messages.length - 1];
    }

    get oldest() {
        return this.messages[0];
    }

    /**
     * Takes in messages from anywhere; one that is known is taken as its newer self.
     * @param {Message[]} found
     */
    add(found) {
        for (const message of found) {
            const at = this.place(message.id);
            if (this.messages[at]?.id === message.id) this.messages[at] = message;
            else this.messages.splice(at, 0, message);
        }
        // Another array, so that whoever shows it sees that it has changed.
        this.messages = [...this.messages];
    }

    /**
     * A message was changed; one that is not known here stays unknown.
     * @param {Message} message
     */
    edit(message) {
        const known = this.messages[this.place(message.id)];
        if (known?.id === message.id) this.add([{ ...known, ...message }]);
    }

    /**
     * Takes in the newest messages as the server has them: what lies among them and is not there was deleted.
     * @param {Message[]} newest
     */
    reconcile(newest) {
        const [first] = newest;
        if (!first) return;
        const present = new Set(newest.map((message) => message.id));
        const last = newest[newest.length - 1]?.id ?? "";
        this.messages = this.messages.filter(({ id }) => id < first.id || id > last || present.has(id));
        this.add(newest);
    }

    /** @param {string} id */
    remove(id) {
        this.messages = this.messages.filter((message) => message.id !== id);
    }

    /**
     * Where a message of that id stands or would stand.
     * @param {string} id
     */
    place(id) {
        let [low, high] = [0, this.messages.length];
        // Most come at the end.
        if (high > 0 && id > (this.messages[high - 1]?.id ?? "")) return high;
        while (low < high) {
            const middle = (low + high) >> 1;
            if ((this.messages[middle]?.id ?? "") < id) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
