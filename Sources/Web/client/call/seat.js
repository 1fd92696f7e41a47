// SPDX-License-Identifier: Apache-2.0
// A place in a room: kept while the line to the server comes and goes, with nothing lost in between.

import { log } from "../debug.js";
import { Line } from "../line/line.js";
import { Delivery } from "./delivery.js";

/** @typedef {import("../line/line.js").Link} Link */
/** @typedef {import("./protocol.js").Incoming} Incoming */
/** @typedef {import("./protocol.js").Joined} Joined */
/** @typedef {import("./protocol.js").Event} Event */
/** @typedef {import("./protocol.js").Outgoing} Outgoing */

/**
 * @typedef {object} Listener
 * @property {(message: Joined, isResumed: boolean) => void} joined
 * @property {(message: Event) => void} event
 * @property {(link: Link) => void} link
 * @property {(code: number) => void} closed The server said no for good; the code says why.
 */

/** Close codes after which coming back is useless or not wanted. */
const final = new Set([1000, 4403, 4404, 4409, 4410, 4411]);

export class Seat {
    /**
     * @param {string} url
     * @param {{ name?: string, pin?: string, peerId?: string, resume?: string, received?: number | null }} person
     * @param {Listener} listener
     */
    constructor(url, person, listener) {
        this.person = { ...person };
        this.listener = listener;
        this.delivery = new Delivery();
        if (person.resume) this.delivery.inherit(person.received ?? null);
        this.peerId = person.peerId ?? "";
        this.line = new Line(
            url,
            {
                name: "seat",
                ping: () => this.text({ type: "ping", t: Math.round(performance.now()) }),
                // Too many wrong PINs are not cured by trying again; too many messages are, in a while.
                isFinal: (code) => final.has(code) || (code === 4429 && !this.peerId),
            },
            {
                opened: () => this.join(),
                message: (data) => this.hear(String(data)),
                link: listener.link,
                closed: listener.closed,
            },
        );
        // A page that comes back to its seat has lost the line and not yet to find it.
        this.line.hasStood = this.peerId !== "";
    }

    open() {
        this.line.open();
    }

    /**
     * Sends a message now or as soon as there is a socket again.
     * @param {Outgoing} message
     */
    send(message) {
        if (this.line.link === "closed") return;
        const numbered = this.delivery.number(message);
        if (this.line.link === "open") this.write(numbered);
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
        if (this.line.link === "open") this.send({ type: "bye" });
        this.line.end();
    }

    /** Lets go of the line; the seat waits a while for whoever comes back. */
    drop() {
        this.line.finish();
        this.line.drop();
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
                this.line.lose(4400);
                return;
            case "next":
                if (message.type === "error" && message.code === "bad-message" && this.line.link !== "open" && this.person.resume) {
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
        log("seat", isResumed ? "resumed" : "joined", message.peerId, message.role, message.peers.length);
        this.line.stands();
        for (const numbered of again) this.write(numbered);
        this.listener.joined(message, isResumed);
    }

    /** @param {object} message */
    write(message) {
        this.line.send(this.text(message));
    }

    /**
     * With the number up to which everything has been received.
     * @param {object} message
     */
    text(message) {
        const received = this.delivery.received;
        return JSON.stringify(received ? { ack: received, ...message } : message);
    }
}
