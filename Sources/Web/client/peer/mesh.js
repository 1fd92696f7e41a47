// SPDX-License-Identifier: Apache-2.0
// The connections to all the others, one for each: what is sent to them, how good it is, and who speaks.

import { computed, effect, onEnd, signal } from "../core/signal.js";
import { log, mark, relayOnly } from "../debug.js";
import { isTelephone } from "../media/constraints.js";
import { apply, lowestRung, share } from "./bitrate.js";
import { Gauges } from "./gauges.js";
import { Pair, kinds as allKinds } from "./pair.js";
import { Person } from "./person.js";
import { facts } from "./sampler.js";

/** @typedef {import("../call/protocol.js").PeerEntry} PeerEntry */
/** @typedef {import("../media/media.js").Media} Media */
/** @typedef {import("./pair.js").Description} Description */
/** @typedef {import("./pair.js").Kind} Kind */

/**
 * @typedef {object} Post
 * @property {(person: Person, description: Description) => void} description To be carried to that person.
 * @property {(person: Person, candidate: RTCIceCandidateInit | null) => void} candidate The same.
 * @property {(person: Person) => boolean} canSpeak Whether anything can be carried at the moment.
 */

export class Mesh {
    /**
     * @param {object} given
     * @param {Media} given.media
     * @param {Post} given.post
     * @param {Kind[]} [given.kinds] What there is to send; everything if left out.
     * @param {boolean} [given.tellsByDirection] Whether the descriptions say what is sent, for want of other words.
     */
    constructor({ media, post, kinds = allKinds, tellsByDirection = false }) {
        this.media = media;
        this.post = post;
        this.kinds = kinds;
        this.tellsByDirection = tellsByDirection;
        this.people = signal(/** @type {Person[]} */ ([]));
        /** The worst rung that the picture had to step down to. */
        this.rung = signal(0);
        this.gauges = new Gauges();
        /** @type {RTCIceServer[]} */
        this.iceServers = [];
        /** Whether at least one voice or picture comes through. */
        this.isConnected = computed(() => this.people().some((person) => person.condition() === "connected"));
    }

    /**
     * Keeps the connections in repair until the present scope ends.
     * @param {() => void} [sampled] Called every two seconds, after measuring.
     */
    start(sampled = () => {}) {
        this.watchMedia();
        const ticks = window.setInterval(() => this.tick(), 500);
        const samples = window.setInterval(() => void this.sample().then(sampled), 2000);
        const voices = window.setInterval(() => this.gauges.listen(this.people.peek()), 200);
        onEnd(() => {
            clearInterval(ticks);
            clearInterval(samples);
            clearInterval(voices);
            for (const person of this.people.peek()) person.pair?.close();
        });
    }

    /** @param {string} id */
    find(id) {
        return this.people.peek().find((person) => person.id === id);
    }

    /**
     * @param {PeerEntry} entry
     * @param {boolean} isElder Whether this side was there first.
     */
    add(entry, isElder) {
        mark("peer");
        const person = new Person(entry);
        const { audio, video, screen } = this.media.tracks;
        person.pair = new Pair({
            name: entry.peerId.slice(0, 4),
            isElder,
            iceServers: this.iceServers,
            relayOnly,
            kinds: this.kinds,
            tellsByDirection: this.tellsByDirection,
            tracks: { audio: audio.peek(), video: video.peek(), screen: screen.peek() },
            listener: {
                description: (description) => this.post.description(person, description),
                candidate: (candidate) => this.post.candidate(person, candidate),
                track: (kind, track) => person.hear(kind, track, this.tellsByDirection),
                condition: (condition) => {
                    if (condition === "connected") mark("connected");
                    person.condition.set(condition);
                },
                negotiated: () => this.limit(person),
            },
        });
        this.people.set([...this.people.peek(), person]);
        return person;
    }

    /**
     * The person that was let go of, if there was one.
     * @param {string} id
     */
    remove(id) {
        const person = this.find(id);
        if (!person) return null;
        person.pair?.close();
        this.people.set(this.people.peek().filter((one) => one !== person));
        return person;
    }

    /**
     * Fresh credentials for all.
     * @param {RTCIceServer[]} iceServers
     */
    refresh(iceServers) {
        this.iceServers = iceServers;
        for (const person of this.people.peek()) person.pair?.refresh(iceServers);
    }

    // MARK: - What is sent

    watchMedia() {
        for (const kind of this.kinds) {
            effect(() => {
                const track = this.media.tracks[kind]();
                for (const person of this.people.peek()) {
                    void person.pair?.put(kind, track).then(() => this.limit(person)).catch((error) => log("put", kind, String(error)));
                }
            });
        }
        effect(() => {
            // More people, less for each; and as much as the person allows.
            this.media.quality();
            for (const person of this.people()) this.limit(person);
        });
    }

    /** @param {Person} person */
    limit(person) {
        const sender = person.pair?.transceiver("video")?.sender;
        if (!sender) return;
        const rung = this.gauges.rungOf(person);
        apply(sender, share(this.people.peek().length, rung, isTelephone, this.media.quality.peek())).catch((error) => log("limit", String(error)));
    }

    /** Whether only voice is left of what one sends. */
    isVoiceOnly() {
        return this.rung() === lowestRung && this.media.isSending.video();
    }

    // MARK: - Time

    tick() {
        const now = performance.now();
        for (const person of this.people.peek()) person.pair?.tick(now, this.post.canSpeak(person));
    }

    async sample() {
        this.rung.set(await this.gauges.sample(this.people.peek(), (person) => this.limit(person)));
    }

    /** For `debug()`. */
    async describe() {
        return await Promise.all(
            this.people.peek().map(async (person) => ({
                id: person.id,
                name: person.name.peek(),
                isElder: person.pair?.isElder,
                condition: person.condition.peek(),
                isAway: person.isAway.peek(),
                state: { audio: person.audio.peek(), video: person.video.peek(), screen: person.screen.peek() },
                isSpeaking: person.isSpeaking.peek(),
                quality: [person.incoming.peek(), person.outgoing.peek()],
                renewals: person.pair?.renewals,
                ...facts((await person.pair?.pc.getStats()) ?? new Map()),
            })),
        );
    }
}
