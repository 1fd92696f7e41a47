// SPDX-License-Identifier: Apache-2.0
// A place in a room: the WebSocket to it, kept alive, opened again when it dies, with nothing lost in between.

import { log } from "../debug.js";
import { backoff } from "./backoff.js";
import { Delivery } from "./delivery.js";

/** @typedef {import("./protocol.js").Incoming} Incoming */
/** @typedef {import("./protocol.js").Joined} Joined */
/** @typedef {import("./protocol.js").Event} Event */
/** @typedef {import("./protocol.js").Outgoing} Outgoing */
/** @typedef {"connecting" | "open" | "lost" | "closed"} Link */

/**
 * @typedef {object} Listener
 * @property {(message: Joined, isResumed: boolean) => void} joined
 * @property {(message: Event) => void} event
 * @property {(link: Link) => void} link
 * @property {(code: number) => void} closed The server said no for good; the code says why.
 */

/** Pages say that they are there this often, in milliseconds. */
const pingInterval = 5000;
/** Without a word for this long the socket is given up. */
const silenceLimit = 10000;
/** After the network changed, an answer is expected sooner. */
const hurriedLimit = 2500;
/** Close codes after which coming back is useless or not wanted. */
const final = new Set([1000, 4403, 4404, 4409, 4410, 4411]);

export class Seat {
    /**
     * @param {string} url
     * @param {{ name?: string, pin?: string, peerId?: string, resume?: string, received?: number | null }} person
     * @param {Listener} listener
     */
    constructor(url, person, listener) {
        this.url = url;
        this.person = { ...person };
        this.listener = listener;
        this.delivery = new Delivery();
        if (person.resume) this.delivery.inherit(person.received ?? null);
        this.peerId = person.peerId ?? "";
        /** @type {Link} */
        this.link = "connecting";
        /** @type {WebSocket | null} */
        this.socket = null;
        this.attempt = 0;
        this.heardAt = 0;
        this.limit = silenceLimit;
        this.timer = 0;
        this.hurry = this.hurry.bind(this);
        this.visible = () => document.visibilityState === "visible" && this.hurry();
    }

    open() {
        window.addEventListener("online", this.hurry);
        window.addEventListener("pointerdown", this.hurry);
        document.addEventListener("visibilitychange", this.visible);
        this.pulse = window.setInterval(() => this.beat(), 500);
        this.pingedAt = 0;
        this.connect();
    }

    /**
     * Sends a message now or as soon as there is a socket again.
     * @param {Outgoing} message
     */
    send(message) {
        if (this.link === "closed") return;
        const numbered = this.delivery.number(message);
        if (this.link === "open") this.write(numbered);
    }

    /**
     * Tries the door again with this PIN.
     * @param {string} pin
     */
    enter(pin) {
        this.person.pin = pin;
        this.join();
    }

    /** Gives the seat up. */
    leave() {
        if (this.link === "open") this.send({ type: "bye" });
        this.finish();
        this.socket?.close(1000);
        this.socket = null;
    }

    /** Looks at once whether the line still stands, and draws a new one if it does not. */
    hurry() {
        if (this.link === "lost") {
            this.connect();
        } else if (this.link === "open" && performance.now() - this.heardAt > 1500) {
            this.limit = Math.min(this.limit, performance.now() - this.heardAt + hurriedLimit);
            this.ping();
        }
    }

    /** Starts a socket and lets go of any before it. */
    connect() {
        window.clearTimeout(this.timer);
        this.drop();
        this.become(this.peerId ? "lost" : "connecting");
        const socket = new WebSocket(this.url);
        this.socket = socket;
        this.heardAt = performance.now();
        this.limit = silenceLimit;
        socket.onopen = () => this.join();
        socket.onmessage = (event) => this.hear(String(event.data));
        socket.onclose = (event) => this.lose(event.code);
    }

    join() {
        const { name, pin, resume } = this.person;
        const received = this.delivery.received;
        this.write({
            type: "join",
            ...(name ? { name } : {}),
            ...(pin ? { pin } : {}),
            ...(resume ? { resume } : {}),
            ...(resume && received !== null ? { ack: received } : {}),
        });
    }

    /** @param {string} text */
    hear(text) {
        this.heardAt = performance.now();
        this.limit = silenceLimit;
        /** @type {Incoming} */
        const message = JSON.parse(text);
        if (message.type === "pong") {
            this.delivery.acknowledge(message.ack);
            return;
        }
        if (message.type === "joined") {
            this.admit(message);
            return;
        }
        this.delivery.acknowledge(message.ack);
        switch (this.delivery.place(message.seq)) {
            case "repeat":
                return;
            case "gap":
                log("seat", "gap before", message.seq);
                this.lose(4400);
                return;
            case "next":
                if (message.type === "error" && message.code === "bad-message" && this.link !== "open" && this.person.resume) {
                    // What was remembered of an older seat is of no use here: ask for a fresh one.
                    delete this.person.resume;
                    this.join();
                    return;
                }
                this.listener.event(message);
        }
    }

    /** @param {Joined} message */
    admit(message) {
        const isResumed = message.peerId === this.peerId;
        if (!isResumed) this.delivery.reset();
        const again = isResumed ? this.delivery.resume(message.ack) : [];
        this.peerId = message.peerId;
        this.person.resume = message.resume;
        this.attempt = 0;
        log("seat", isResumed ? "resumed" : "joined", message.peerId, message.role, message.peers.length);
        this.become("open");
        for (const numbered of again) this.write(numbered);
        this.listener.joined(message, isResumed);
    }

    beat() {
        const now = performance.now();
        if (this.socket && now - this.heardAt > this.limit) {
            log("seat", "silent");
            this.lose(0);
        } else if (this.link === "open" && now - (this.pingedAt ?? 0) >= pingInterval) {
            this.ping();
        }
    }

    ping() {
        this.pingedAt = performance.now();
        this.write({ type: "ping", t: Math.round(this.pingedAt) });
    }

    /** @param {number} code */
    lose(code) {
        log("seat", "closed", code);
        this.drop();
        if (this.link === "closed") return;
        // Too many wrong PINs are not cured by trying again; too many messages are, in a while.
        if (final.has(code) || (code === 4429 && !this.peerId)) {
            this.finish();
            this.listener.closed(code);
            return;
        }
        this.become("lost");
        const wait = code === 1001 ? Math.random() * 1000 : backoff(this.attempt, Math.random());
        this.attempt += 1;
        this.timer = window.setTimeout(() => this.connect(), code === 4429 ? Math.max(wait, 10000) : wait);
    }

    drop() {
        if (!this.socket) return;
        this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
        this.socket.close();
        this.socket = null;
    }

    finish() {
        window.clearInterval(this.pulse);
        window.clearTimeout(this.timer);
        window.removeEventListener("online", this.hurry);
        window.removeEventListener("pointerdown", this.hurry);
        document.removeEventListener("visibilitychange", this.visible);
        this.become("closed");
    }

    /** @param {Link} link */
    become(link) {
        if (this.link === link) return;
        this.link = link;
        this.listener.link(link);
    }

    /** @param {object} message */
    write(message) {
        if (this.socket?.readyState !== WebSocket.OPEN) return;
        const received = this.delivery.received;
        this.socket.send(JSON.stringify(received ? { ack: received, ...message } : message));
    }
}
