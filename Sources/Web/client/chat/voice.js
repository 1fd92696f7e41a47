// SPDX-License-Identifier: Apache-2.0
// Being in a voice channel: everybody is connected to everybody, by voice alone.

import { each, h } from "../core/dom.js";
import { effect, onEnd, scoped, signal } from "../core/signal.js";
import { local } from "../core/storage.js";
import { allow, expose, log } from "../debug.js";
import { Line, socketAt } from "../line/line.js";
import { Media } from "../media/media.js";
import { meter } from "../media/meter.js";
import { Mesh } from "../peer/mesh.js";
import { me } from "../people/me.js";
import { Loudspeakers } from "../room/loudspeakers.js";
import { keep, keyOf } from "./keys.js";

/** @typedef {import("../line/line.js").Link} Link */
/** @typedef {import("../peer/person.js").Person} Person */
/** @typedef {"room-full" | "banned" | "no-such-channel" | "kicked"} Problem */
/** @typedef {{ peerId: string, name: string, muted: boolean, deafened: boolean }} Entry */

const volumeKey = "sterna.volumes";
/** @type {ReadonlySet<string>} */
const problems = new Set(["room-full", "banned", "no-such-channel"]);

/** What outlives the single visit: which channel one is in, and how one likes it. */
export class Voice {
    /** @param {string} name */
    constructor(name) {
        this.name = name;
        this.visit = signal(/** @type {Visit | null} */ (null));
        this.problem = signal(/** @type {Problem | null} */ (null));
        this.isMuted = signal(false);
        this.isDeafened = signal(false);
        /** How loud each of the others is here, by name, from 0 to 1. */
        this.volumes = signal(/** @type {Record<string, number>} */ (local.read(volumeKey) ?? {}));
        this.end = () => {};
    }

    /** The channel one is in. */
    channel() {
        return this.visit()?.channel() ?? null;
    }

    /** @param {string} channel */
    join(channel) {
        if (this.visit.peek()?.channel.peek() === channel) return;
        this.leave();
        this.problem.set(null);
        const [visit, stop] = scoped(() => new Visit(this, channel));
        this.end = stop;
        this.visit.set(visit);
    }

    leave() {
        this.end();
        this.end = () => {};
        this.visit.set(null);
    }

    /** Whoever hears again speaks again too, if they did before. */
    deafen() {
        this.isDeafened.set(!this.isDeafened.peek());
    }

    /** Switching the microphone on without hearing anybody would be talking to a wall. */
    mute() {
        if (this.isDeafened.peek()) {
            this.isDeafened.set(false);
            this.isMuted.set(false);
        } else {
            this.isMuted.set(!this.isMuted.peek());
        }
    }

    /** Whether one's voice is kept back. */
    isSilent() {
        return this.isMuted() || this.isDeafened();
    }

    /**
     * @param {string} name
     * @param {number} volume
     */
    setVolume(name, volume) {
        this.volumes.set({ ...this.volumes.peek(), [name]: volume });
        local.write(volumeKey, this.volumes.peek());
    }
}

/** One stay in one channel. */
export class Visit {
    /**
     * @param {Voice} voice
     * @param {string} channel
     */
    constructor(voice, channel) {
        this.voice = voice;
        this.channel = signal(channel);
        this.link = signal(/** @type {Link} */ ("connecting"));
        this.deafened = signal(/** @type {Set<string>} */ (new Set()));
        this.media = new Media();
        this.media.wants.video.set(false);
        this.mesh = new Mesh({
            media: this.media,
            kinds: ["audio"],
            post: {
                description: (person, description) => this.say({ ...description, to: person.id }),
                candidate: (person, candidate) => this.say({ type: "candidate", to: person.id, candidate }),
                canSpeak: () => this.link.peek() === "open",
            },
        });
        this.line = new Line(
            socketAt("/ws/voice"),
            { name: "voice", ping: () => JSON.stringify({ type: "ping", t: 0 }), isFinal: (code) => code === 4403 },
            {
                opened: () => {
                    const present = me.peek();
                    // A ban of the person holds here too, wherever they come from.
                    if (present) this.say({ type: "auth", userId: present.userId, secret: present.secret });
                    const name = this.channel.peek();
                    this.say({ type: "join", channel: name, name: voice.name, key: keyOf(name) });
                },
                message: (data) => this.hear(JSON.parse(String(data))),
                link: (link) => this.linked(link),
                closed: () => this.refuse("banned"),
            },
        );
        this.loudspeakers = new Loudspeakers(this.media.output);
        this.own = meter(this.media.tracks.audio);
        this.start();
    }

    start() {
        const sounds = h("div", { hidden: true });
        each(sounds, this.mesh.people, (person) => person, (person) => this.ear(person));
        document.body.append(sounds);
        this.mesh.start();
        effect(() => void this.media.turn("audio", !this.voice.isSilent()));
        effect(() => this.sendState());
        effect(() => {
            const on = this.own.isSpeaking() && !this.voice.isSilent();
            if (this.link() === "open") this.say({ type: "speaking", on });
        });
        onEnd(() => {
            this.say({ type: "leave" });
            this.line.end();
            this.media.stop();
            sounds.remove();
        });
        expose("voice", async () => ({ link: this.link.peek(), people: await this.mesh.describe() }));
        allow("cutVoice", () => this.line.lose(0));
        this.line.open();
    }

    /** @param {Person} person */
    ear(person) {
        const audio = h("audio", { autoplay: true });
        audio.srcObject = person.streams.audio;
        this.loudspeakers.add(audio);
        effect(() => {
            audio.muted = this.voice.isDeafened();
            audio.volume = this.voice.volumes()[person.name()] ?? 1;
        });
        effect(() => {
            if (person.played() > 0) void this.loudspeakers.play(audio);
        });
        return audio;
    }

    /** @param {Link} link */
    linked(link) {
        this.link.set(link);
        if (link === "open") return;
        // The server has put us out with the line: all begins anew when it is back.
        for (const person of this.mesh.people.peek()) this.mesh.remove(person.id);
        this.deafened.set(new Set());
    }

    sendState() {
        const [muted, deafened] = [this.voice.isSilent(), this.voice.isDeafened()];
        if (this.link() === "open") this.say({ type: "state", muted, deafened });
    }

    /** @param {object} message */
    say(message) {
        this.line.send(JSON.stringify(message));
    }

    /** @param {any} message */
    hear(message) {
        switch (message.type) {
            case "joined":
                this.mesh.iceServers = message.iceServers;
                // Who was there before us makes the first offer.
                for (const entry of message.peers) this.add(entry, false);
                return this.line.stands();
            case "ice":
                return this.mesh.refresh(message.iceServers);
            case "peer-joined":
                return this.add(message, true).pair?.begin();
            case "peer-left":
                return void this.mesh.remove(message.peerId);
            case "offer":
            case "answer":
            case "candidate":
                return this.mesh.find(message.from)?.pair?.receive(message);
            case "state":
                this.mesh.find(message.from)?.audio.set(!message.muted);
                return this.noteDeafened(message.from, message.deafened);
            case "renamed":
                keep(message.name, keyOf(this.channel.peek()));
                return this.channel.set(message.name);
            case "closed":
                return this.refuse("no-such-channel");
            case "kicked":
                return this.refuse(message.banned ? "banned" : "kicked");
            case "error":
                log("voice", message.code, message.message);
                if (problems.has(message.code) && this.link.peek() !== "open") this.refuse(message.code);
        }
    }

    /**
     * @param {Entry} entry
     * @param {boolean} isElder
     */
    add(entry, isElder) {
        this.noteDeafened(entry.peerId, entry.deafened);
        return this.mesh.add({ peerId: entry.peerId, name: entry.name, audio: !entry.muted, video: false, screen: false, away: false }, isElder);
    }

    /**
     * @param {string} peerId
     * @param {boolean} isDeafened
     */
    noteDeafened(peerId, isDeafened) {
        const next = new Set(this.deafened.peek());
        if (isDeafened) next.add(peerId);
        else next.delete(peerId);
        this.deafened.set(next);
    }

    /** @param {Problem} problem */
    refuse(problem) {
        this.voice.problem.set(problem);
        queueMicrotask(() => this.voice.leave());
    }
}
