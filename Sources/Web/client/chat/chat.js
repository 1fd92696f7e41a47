// SPDX-License-Identifier: Apache-2.0
// The channels as a whole: the line to the server, what is written and read, and who is where.

import { onEnd, signal } from "../core/signal.js";
import { allow, expose, log } from "../debug.js";
import { Line, socketAt } from "../line/line.js";
import { ask, me } from "../people/me.js";
import { TextChannel } from "./channel.js";
import { keep, keyOf } from "./keys.js";
import { Outbox } from "./outbox.js";
import { calls } from "./text.js";

/** @typedef {import("../line/line.js").Link} Link */
/** @typedef {import("./history.js").Message} Message */
/** @typedef {{ name: string, kind: "text" | "voice", online: number, people: string[], mine?: boolean, unlisted?: boolean, key?: string }} Entry */
/** @typedef {{ name: string, muted: boolean, speaking: boolean }} Speaker */
/** @typedef {"not-yours" | "not-saved" | "banned" | "kicked" | "no-such-channel" | "rate-limited"} Trouble */

/** Channels beyond these are joined when they are opened. */
const joinedAtOnce = 40;
/** How many messages are asked for at a time. */
const page = 50;
const longPage = 200;
/** Others are told that one types this often, in milliseconds, and believe it a little longer. */
const typingPause = 3000;
const typingBelief = 4500;

export class Chat {
    /** @param {string} name */
    constructor(name) {
        this.name = name;
        this.link = signal(/** @type {Link} */ ("connecting"));
        this.isForbidden = signal(false);
        this.entries = signal(/** @type {Entry[]} */ ([]));
        this.selected = signal(/** @type {string | null} */ (null));
        /** Who is inside the voice channels. */
        this.voices = signal(/** @type {Record<string, Speaker[]>} */ ({}));
        this.trouble = signal(/** @type {Trouble | null} */ (null));
        /** A channel that a link names and in which nothing is written: perhaps one talks there. */
        this.maybeVoice = signal(/** @type {string | null} */ (null));
        /** @type {Map<string, TextChannel>} */
        this.texts = new Map();
        this.changed = signal(0);
        this.outbox = new Outbox();
        this.typedAt = -Infinity;
        this.troubleTimer = 0;
        this.peerId = "";
        this.line = new Line(
            socketAt("/ws"),
            { name: "chat", ping: () => JSON.stringify({ type: "ping", t: 0 }), isFinal: (code) => code === 4403 || code === 4411 },
            {
                opened: () => this.opened(),
                message: (data) => this.hear(JSON.parse(String(data))),
                link: (link) => this.linked(link),
                closed: () => this.isForbidden.set(true),
            },
        );
    }

    async start() {
        const pulse = window.setInterval(() => this.pump(), 250);
        const lists = window.setInterval(() => document.visibilityState === "visible" && void this.list(), 20000);
        onEnd(() => {
            clearInterval(pulse);
            clearInterval(lists);
            this.line.end();
        });
        expose("chat", () => ({
            link: this.link.peek(),
            waiting: this.outbox.drafts.length,
            channels: [...this.texts.values()].map((one) => [one.name.peek(), one.messages.peek().length, one.unread.peek()]),
        }));
        allow("cut", () => this.line.lose(0));
        await this.list();
        this.line.open();
    }

    /** Asks which channels there are. */
    async list() {
        const answer = await ask("GET", "/api/channels");
        if (Array.isArray(answer)) this.take(answer);
    }

    /** @param {Entry[]} entries */
    take(entries) {
        for (const entry of entries) keep(entry.name, entry.key);
        this.entries.set(entries);
        const names = entries.filter((entry) => entry.kind === "text").map((entry) => entry.name);
        for (const name of names.slice(0, joinedAtOnce)) this.text(name);
    }

    /**
     * The text channel of that name; it is joined if it was not.
     * @param {string} name
     */
    text(name) {
        const known = this.texts.get(name);
        if (known) return known;
        const made = new TextChannel(name);
        this.texts.set(name, made);
        this.changed.set(this.changed.peek() + 1);
        if (this.link.peek() === "open") this.join(name);
        return made;
    }

    /** @param {string} channel */
    join(channel) {
        this.say({ type: "join", channel, name: this.name, key: keyOf(channel) });
    }

    // MARK: - What the person does

    /**
     * @param {string} channel
     * @param {string} text
     */
    write(channel, text) {
        this.outbox.add({ nonce: crypto.randomUUID(), channel, text });
        // Whoever goes on typing after this is told of anew.
        this.typedAt = -Infinity;
        this.showWaiting(channel);
        this.pump();
    }

    /**
     * @param {string} id
     * @param {string} text
     */
    edit(id, text) {
        this.say({ type: "edit", id, text });
    }

    /** @param {string} id */
    remove(id) {
        this.say({ type: "delete", id });
    }

    /** @param {string} channel */
    types(channel) {
        if (performance.now() - this.typedAt < typingPause) return;
        this.typedAt = performance.now();
        this.say({ type: "typing", channel });
    }

    /** @param {TextChannel} channel */
    async loadOlder(channel) {
        const { oldest } = channel.history;
        if (!oldest || channel.isLoading.peek()) return;
        channel.isLoading.set(true);
        const found = await this.fetch(channel, `before=${oldest.id}&limit=${page}`);
        channel.isLoading.set(false);
        if (!found) return;
        channel.history.hasOlder = found.length === page;
        channel.history.add(found);
        channel.show();
    }

    /**
     * @param {TextChannel} channel
     * @param {string} words
     */
    async search(channel, words) {
        return await this.fetch(channel, `q=${encodeURIComponent(words)}&limit=${page}`);
    }

    // MARK: - The line

    opened() {
        const present = me.peek();
        if (present) this.say({ type: "auth", userId: present.userId, secret: present.secret });
        this.say({ type: "watch", on: true });
        // The one that is looked at comes first.
        const names = [...this.texts.keys()].sort((one, other) => Number(other === this.selected.peek()) - Number(one === this.selected.peek()));
        for (const channel of names) this.join(channel);
        this.pump(true);
    }

    /** @param {Link} link */
    linked(link) {
        this.link.set(link);
        if (link === "open") return;
        this.outbox.lost();
        for (const channel of this.texts.values()) {
            // From here on something may be missing.
            if (channel.isJoined) channel.history.isCurrent = false;
            channel.isJoined = false;
        }
    }

    /** @param {object} message */
    say(message) {
        return this.line.send(JSON.stringify(message));
    }

    /** Sends what waits. */
    pump(isFirst = false) {
        if (this.link.peek() !== "open" && !isFirst) return;
        for (const draft of this.outbox.take(performance.now())) this.say({ type: "message", ...draft });
        const now = performance.now();
        for (const channel of this.texts.values()) {
            if (channel.typing.peek().some((one) => one.until < now)) channel.typing.set(channel.typing.peek().filter((one) => one.until >= now));
        }
    }

    /** @param {any} message */
    hear(message) {
        if (this.link.peek() !== "open") this.line.stands();
        switch (message.type) {
            case "welcome":
                this.peerId = message.peerId;
                return this.take(message.channels);
            case "presence":
                return this.present(message.channel, message.online);
            case "message":
                return this.receive(message);
            case "edited": {
                const channel = this.texts.get(message.channel);
                channel?.history.edit(message);
                return channel?.show();
            }
            case "deleted": {
                const channel = this.texts.get(message.channel);
                channel?.history.remove(message.id);
                return channel?.show();
            }
            case "typing": {
                const channel = this.texts.get(message.channel);
                const others = channel?.typing.peek().filter((one) => one.peerId !== message.peerId) ?? [];
                return channel?.typing.set([...others, { peerId: message.peerId, name: message.name, until: performance.now() + typingBelief }]);
            }
            case "voice":
                return this.voices.set({ ...this.voices.peek(), [message.channel]: message.people });
            case "renamed":
                return this.rename(message.channel, message.name);
            case "closed":
                return this.close(message.channel, "no-such-channel");
            case "kicked":
                return this.close(message.channel, message.banned ? "banned" : "kicked");
            case "error":
                return this.fail(message.code, message.channel, message.message);
        }
    }

    /**
     * @param {string} name
     * @param {import("./channel.js").Peer[]} online
     */
    present(name, online) {
        const channel = this.texts.get(name);
        if (!channel) return;
        channel.online.set(online);
        if (channel.isJoined) return;
        channel.isJoined = true;
        channel.isNew = false;
        void this.catchUp(channel);
    }

    /** @param {Message} message */
    receive(message) {
        const isOurs = this.outbox.acknowledge(message.nonce);
        const channel = this.texts.get(message.channel);
        if (!channel) return;
        channel.missed?.push(message);
        if (channel.missed) return;
        channel.history.add([message]);
        channel.typing.set(channel.typing.peek().filter((one) => one.name !== message.author));
        channel.show();
        if (isOurs) this.showWaiting(message.channel);
        if (isOurs || message.author === this.name) channel.markRead();
        else this.noteUnread(channel);
        this.pump();
    }

    /** @param {TextChannel} channel */
    noteUnread(channel) {
        if (this.selected.peek() === channel.name.peek() && document.visibilityState === "visible") channel.markRead();
        else channel.count(this.name);
    }

    /**
     * Fetches what was missed while there was no line; what comes meanwhile waits, so that nothing stands in a gap.
     * @param {TextChannel} channel
     */
    async catchUp(channel) {
        const { history } = channel;
        channel.missed = [];
        channel.isLoading.set(true);
        for (let newest = history.newest?.id; ; newest = history.newest?.id) {
            const found = await this.fetch(channel, newest ? `after=${newest}&limit=${longPage}` : `limit=${page}`);
            if (!found || !channel.isJoined) break;
            if (!newest) history.hasOlder = found.length === page;
            history.add(found);
            history.isCurrent = !newest || found.length < longPage;
            if (!history.isCurrent) continue;
            // What was changed or deleted meanwhile shows in the newest page.
            if (newest) history.reconcile((await this.fetch(channel, `limit=${page}`)) ?? []);
            break;
        }
        history.add(channel.missed);
        channel.missed = null;
        channel.isLoading.set(false);
        // Our own may have arrived although nobody could tell us.
        this.showWaiting(channel.name.peek());
        channel.show();
        this.noteUnread(channel);
    }

    /**
     * @param {TextChannel} channel
     * @param {string} query
     * @returns {Promise<Message[] | null>}
     */
    async fetch(channel, query) {
        const name = channel.name.peek();
        const key = keyOf(name);
        const answer = await ask("GET", `/api/history?channel=${encodeURIComponent(name)}${key ? `&key=${key}` : ""}&${query}`);
        return answer?.messages ?? null;
    }

    /** @param {string} name */
    showWaiting(name) {
        this.texts.get(name)?.waiting.set(this.outbox.of(name));
    }

    // MARK: - Changes and troubles

    /**
     * @param {string} from
     * @param {string} to
     */
    rename(from, to) {
        keep(to, keyOf(from));
        const channel = this.texts.get(from);
        if (channel) {
            this.texts.delete(from);
            this.texts.set(to, channel);
            channel.name.set(to);
            for (const draft of this.outbox.drafts) if (draft.channel === from) draft.channel = to;
        }
        if (this.selected.peek() === from) this.selected.set(to);
        this.changed.set(this.changed.peek() + 1);
        void this.list();
    }

    /**
     * @param {string} name
     * @param {Trouble | null} why
     */
    close(name, why) {
        this.outbox.drop(name);
        const channel = this.texts.get(name);
        channel?.banned.set(true);
        this.texts.delete(name);
        if (this.selected.peek() === name) {
            this.selected.set(null);
            if (why) this.tell(why);
        }
        this.changed.set(this.changed.peek() + 1);
        void this.list();
    }

    /**
     * @param {string} code
     * @param {string | undefined} channel
     * @param {string} sentence
     */
    fail(code, channel, sentence) {
        log("chat", code, sentence);
        if (code === "no-such-channel" && channel !== undefined && this.texts.get(channel)?.isNew) {
            const isLookedAt = this.selected.peek() === channel;
            this.close(channel, null);
            if (isLookedAt) this.maybeVoice.set(channel);
            return;
        }
        if ((code === "no-such-channel" || code === "banned") && channel !== undefined) return this.close(channel, code);
        if (code === "not-yours" || code === "not-saved" || code === "rate-limited") this.tell(code);
    }

    /** @param {Trouble} trouble */
    tell(trouble) {
        this.trouble.set(trouble);
        clearTimeout(this.troubleTimer);
        this.troubleTimer = window.setTimeout(() => this.trouble.set(null), 6000);
    }

    /** How many messages wait to be read, and whether one of them calls this person. */
    unread() {
        this.changed();
        const all = [...this.texts.values()];
        return { count: all.reduce((sum, one) => sum + one.unread(), 0), isCalled: all.some((one) => one.isCalled()) };
    }

    /** @param {string} text */
    isCalling(text) {
        return calls(text, this.name);
    }
}
