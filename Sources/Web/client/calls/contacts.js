// SPDX-License-Identifier: Apache-2.0
// Whom one can call, who of them is there, and which calls there were.

import { signal } from "../core/signal.js";
import { ask, me } from "../people/me.js";

/** @typedef {{ chatId: string, userId: string, name: string, online: boolean }} Contact */
/**
 * @typedef {{ chatId: string, direction: "incoming" | "outgoing", userId: string, name: string, video: boolean, startedAt: string,
 *     answeredAt?: string, endedAt: string, outcome: string, missed: boolean }} Past
 */

export class Contacts {
    constructor() {
        this.all = signal(/** @type {Contact[]} */ ([]));
        this.past = signal(/** @type {Past[]} */ ([]));
        /** Whether the first answer has come. */
        this.isKnown = signal(false);
        /** Who is online by the last word about them. @type {Map<string, boolean>} */
        this.presence = new Map();
    }

    async load() {
        const [chats, calls] = await Promise.all([ask("GET", "/api/chats"), ask("GET", "/api/calls")]);
        if (chats?.chats) this.all.set(chats.chats.map((/** @type {any} */ chat) => this.contact(chat)));
        if (calls?.calls) this.past.set(calls.calls);
        this.isKnown.set(true);
    }

    /**
     * A chat with somebody, by their identity; a number says what the server refused with.
     * @param {string} userId
     * @returns {Promise<Contact | number>}
     */
    async add(userId) {
        const answer = await ask("POST", "/api/chats", { members: [me.peek()?.userId, userId] });
        if (typeof answer === "number") return answer;
        const contact = this.contact(answer);
        this.all.set([...this.all.peek().filter((one) => one.chatId !== contact.chatId), contact]);
        return contact;
    }

    /** @param {string} chatId */
    find(chatId) {
        return this.all.peek().find((contact) => contact.chatId === chatId);
    }

    /**
     * When the last call of a chat began, as the server writes it; null when there was none.
     * @param {string} chatId
     */
    lastOf(chatId) {
        return this.past.peek().find((one) => one.chatId === chatId)?.startedAt ?? null;
    }

    /**
     * @param {string} userId
     * @param {boolean} online
     */
    present(userId, online) {
        this.presence.set(userId, online);
        if (!this.all.peek().some((contact) => contact.userId === userId)) {
            // Somebody has taken one into their list.
            void this.load();
            return;
        }
        this.all.set(this.all.peek().map((contact) => (contact.userId === userId ? { ...contact, online } : contact)));
    }

    /**
     * @param {{ chatId: string, members: { userId: string, name: string, online: boolean }[] }} chat
     * @returns {Contact}
     */
    contact({ chatId, members }) {
        const other = members.find((member) => member.userId !== me.peek()?.userId) ?? members[0];
        const userId = other?.userId ?? "";
        return { chatId, userId, name: other?.name ?? "", online: this.presence.get(userId) ?? other?.online ?? false };
    }
}
