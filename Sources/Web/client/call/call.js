// SPDX-License-Identifier: Apache-2.0
// A call as a whole: the seat in the room, the others in it, and a connection to each of them.

import { effect, onEnd, signal } from "../core/signal.js";
import { allow, expose, log, mark } from "../debug.js";
import { socketAt } from "../line/line.js";
import { Mesh } from "../peer/mesh.js";
import { keep } from "./memory.js";
import { Reports } from "./reports.js";
import { Seat } from "./seat.js";

/** @typedef {import("./protocol.js").Event} Event */
/** @typedef {import("./protocol.js").Joined} Joined */
/** @typedef {import("./protocol.js").PeerEntry} PeerEntry */
/** @typedef {import("./protocol.js").EndReason} EndReason */
/** @typedef {import("../line/line.js").Link} Link */
/** @typedef {import("./memory.js").Remembered} Remembered */
/** @typedef {import("../media/media.js").Media} Media */
/** @typedef {EndReason | "full" | "unknown" | "elsewhere" | "forbidden" | "pin-attempts"} Ending */
/** @typedef {{ kind: "came" | "left" | "away" | "back", name: string }} News */

/** @type {Record<number, Ending>} */
const endings = { 4403: "forbidden", 4404: "unknown", 4409: "full", 4410: "expired", 4411: "elsewhere", 4429: "pin-attempts" };

export class Call {
    /**
     * @param {object} given
     * @param {string} given.token
     * @param {string} given.name
     * @param {string} given.pin
     * @param {Media} given.media
     * @param {Remembered | null} given.memory Of the page that sat here before a reload.
     * @param {(news: News) => void} given.tell
     */
    constructor({ token, name, pin, media, memory, tell }) {
        this.token = token;
        this.name = name;
        this.pin = pin;
        this.media = media;
        this.tell = tell;
        this.link = signal(/** @type {Link} */ ("connecting"));
        this.ending = signal(/** @type {Ending | null} */ (null));
        /** Whether the room asks for a PIN, and whether the one given was wrong. */
        this.pinWanted = signal(/** @type {"required" | "wrong" | null} */ (null));
        this.maxParticipants = signal(2);
        this.memory = memory;
        this.hasJoined = false;
        /** What the others were told last about what is sent. */
        this.told = "";
        this.isForgotten = false;

        this.seat = new Seat(
            socketAt(`/ws/rooms/${token}`),
            memory
                ? { name, pin, peerId: memory.peerId, resume: memory.resume, received: memory.received }
                : { name, pin },
            {
                joined: (message, isResumed) => this.joined(message, isResumed),
                event: (message) => this.handle(message),
                link: (link) => this.link.set(link),
                closed: (code) => this.ending.peek() ?? this.ending.set(endings[code] ?? "expired"),
            },
        );
        this.mesh = new Mesh({
            media,
            post: {
                description: (person, description) => this.seat.send({ ...description, to: person.id }),
                candidate: (person, candidate) => this.seat.send({ type: "candidate", to: person.id, candidate }),
                canSpeak: (person) => this.link.peek() === "open" && !person.isAway.peek(),
            },
        });
        this.reports = new Reports((report) => this.link.peek() === "open" && this.seat.send(report));
        this.people = this.mesh.people;
        this.isConnected = this.mesh.isConnected;
    }

    /** Takes the seat; everything ends with the present scope. */
    start() {
        mark("join");
        this.mesh.start(() => {
            this.remember();
            void this.reports.look(this.people.peek()).catch((error) => log("report", String(error)));
        });
        effect(() => this.sendState());
        const remember = () => this.remember();
        window.addEventListener("pagehide", remember);
        onEnd(() => {
            window.removeEventListener("pagehide", remember);
            this.seat.drop();
        });
        expose("call", () => this.describe());
        allow("cut", () => this.seat.line.lose(0));
        allow("media", () => this.media);
        this.seat.open();
    }

    /** Gives the seat up for good. */
    leave() {
        this.seat.leave();
        this.forget();
    }

    /** There is nothing to come back to. */
    forget() {
        this.memory = null;
        this.isForgotten = true;
        keep(this.token, null);
    }

    /** @param {string} pin */
    enter(pin) {
        this.pin = pin;
        this.pinWanted.set(null);
        this.seat.enter(pin);
    }

    // MARK: - The room

    /**
     * @param {Joined} message
     * @param {boolean} isResumed
     */
    joined(message, isResumed) {
        mark("joined");
        const isReload = isResumed && !this.hasJoined;
        this.hasJoined = true;
        this.pinWanted.set(null);
        this.mesh.iceServers = message.iceServers;
        this.maxParticipants.set(message.maxParticipants);
        const present = new Set(message.peers.map((entry) => entry.peerId));
        for (const person of this.people.peek()) {
            if (!isResumed || !present.has(person.id)) this.remove(person.id, false);
            else person.pair?.refresh(message.iceServers);
            person.pair?.hurry();
        }
        for (const entry of message.peers) {
            const known = this.mesh.find(entry.peerId);
            if (known) {
                known.update(entry);
                continue;
            }
            // Who is there when we come was there first; who came while our socket was down, after us.
            const isElder = isReload ? this.memory?.younger.includes(entry.peerId) ?? false : isResumed;
            const person = this.mesh.add(entry, isElder);
            // Others still have a connection to the page that was here before: this one starts over.
            if (isResumed) person.pair?.begin();
        }
        this.sendState();
        this.remember();
    }

    /** @param {Event} message */
    handle(message) {
        switch (message.type) {
            case "ice":
                this.mesh.refresh(message.iceServers);
                return;
            case "peer-joined":
                if (this.mesh.find(message.peerId)) return;
                this.mesh.add(message, true).pair?.begin();
                this.tell({ kind: "came", name: message.name });
                this.remember();
                return;
            case "peer-left":
                this.remove(message.peerId, true);
                this.remember();
                return;
            case "peer-away":
            case "peer-back": {
                const person = this.mesh.find(message.peerId);
                if (!person) return;
                person.isAway.set(message.type === "peer-away");
                if (message.type === "peer-back") person.pair?.hurry();
                this.tell({ kind: message.type === "peer-away" ? "away" : "back", name: person.name.peek() });
                return;
            }
            case "offer":
            case "answer":
            case "candidate":
                this.mesh.find(message.from)?.pair?.receive(message);
                return;
            case "state":
                this.mesh.find(message.from)?.show(message);
                return;
            case "error":
                log("error", message.code, message.message);
                if (message.code === "pin-required") this.pinWanted.set("required");
                if (message.code === "pin-wrong") this.pinWanted.set("wrong");
                if (message.code === "room-full") this.ending.set("full");
                return;
            case "ended":
                this.ending.set(message.reason);
                this.forget();
        }
    }

    /**
     * @param {string} id
     * @param {boolean} isNews
     */
    remove(id, isNews) {
        const person = this.mesh.remove(id);
        if (person && isNews) this.tell({ kind: "left", name: person.name.peek() });
    }

    sendState() {
        const { audio, video, screen } = this.media.isSending;
        const state = { audio: audio(), video: video(), screen: screen() };
        const text = JSON.stringify([this.seat.peerId, state]);
        if (!this.hasJoined || text === this.told) return;
        this.told = text;
        this.seat.send({ type: "state", ...state });
        this.remember();
    }

    /** Whether only voice is left of what one sends. */
    isVoiceOnly() {
        return this.mesh.isVoiceOnly();
    }

    // MARK: - Memory

    remember() {
        if (this.hasJoined && !this.isForgotten && !this.ending.peek()) keep(this.token, this.memorise());
    }

    /**
     * What another page needs to sit down on this seat.
     * @returns {Remembered}
     */
    memorise() {
        return {
            peerId: this.seat.peerId,
            resume: this.seat.person.resume ?? "",
            received: this.seat.delivery.received,
            younger: this.people.peek().filter((person) => person.pair?.isElder).map((person) => person.id),
            name: this.name,
            pin: this.pin,
            wants: { audio: this.media.wants.audio.peek(), video: this.media.wants.video.peek() },
            at: Date.now(),
        };
    }

    /** Gives the seat to another window of this browser; null where there is none to give yet. */
    handOver() {
        if (!this.hasJoined || this.ending.peek()) return null;
        const memory = this.memorise();
        this.forget();
        this.seat.drop();
        this.ending.set("elsewhere");
        return memory;
    }

    /** For `debug()`. */
    async describe() {
        return { me: this.seat.peerId, link: this.link.peek(), ending: this.ending.peek(), people: await this.mesh.describe() };
    }
}
