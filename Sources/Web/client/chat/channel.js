// SPDX-License-Identifier: Apache-2.0
// One text channel as this page knows it.

import { signal } from "../core/signal.js";
import { local } from "../core/storage.js";
import { History } from "./history.js";
import { calls } from "./text.js";

/** @typedef {import("./history.js").Message} Message */
/** @typedef {import("./outbox.js").Draft} Draft */
/** @typedef {{ peerId: string, name: string, mark?: string }} Peer */

const storageKey = "sterna.read";

export class TextChannel {
    /** @param {string} name */
    constructor(name) {
        this.name = signal(name);
        this.history = new History();
        this.messages = signal(/** @type {Message[]} */ ([]));
        /** What has been written here and is not on the server yet. */
        this.waiting = signal(/** @type {Draft[]} */ ([]));
        this.online = signal(/** @type {Peer[]} */ ([]));
        /** Who is typing, by peer id, and until when that is believed. */
        this.typing = signal(/** @type {{ peerId: string, name: string, until: number }[]} */ ([]));
        this.hasOlder = signal(false);
        this.isLoading = signal(false);
        /** Whether somebody made it impossible to be here. */
        this.banned = signal(false);
        this.isJoined = false;
        /** Whether the server has not yet said that there is such a channel. */
        this.isNew = true;
        /**
         * What comes while older messages are still being fetched; null when nothing is.
         * @type {Message[] | null}
         */
        this.missed = null;
        this.unread = signal(0);
        this.isCalled = signal(false);
    }

    /** Shows what the history holds. */
    show() {
        this.messages.set(this.history.messages);
        this.hasOlder.set(this.history.hasOlder && this.history.messages.length > 0);
    }

    /** The last message that was read here, by id. */
    get readUpTo() {
        return /** @type {Record<string, string>} */ (local.read(storageKey) ?? {})[this.name.peek()] ?? null;
    }

    /** Everything that is here has been seen. */
    markRead() {
        // Whoever has seen it empty has read all there was.
        const newest = this.history.newest?.id ?? "";
        this.unread.set(0);
        this.isCalled.set(false);
        if (newest !== this.readUpTo) local.write(storageKey, { ...local.read(storageKey), [this.name.peek()]: newest });
    }

    /**
     * Counts what came since it was read last.
     * @param {string} me
     */
    count(me) {
        const read = this.readUpTo;
        // Where one has never been nothing is unread: one is new here.
        if (read === null) {
            this.markRead();
            return;
        }
        const fresh = this.history.messages.filter((message) => message.id > read && message.author !== me);
        this.unread.set(fresh.length);
        this.isCalled.set(fresh.some((message) => calls(message.text, me)));
    }
}
