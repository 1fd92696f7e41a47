// SPDX-License-Identifier: Apache-2.0
// One of the others, as the page shows them.

import { signal } from "../core/signal.js";

/** @typedef {import("../call/protocol.js").PeerEntry} PeerEntry */
/** @typedef {import("./pair.js").Condition} Condition */
/** @typedef {import("./pair.js").Kind} Kind */
/** @typedef {import("./pair.js").Pair} Pair */
/** @typedef {import("./quality.js").Grade} Grade */

export class Person {
    /** @param {PeerEntry} entry */
    constructor(entry) {
        this.id = entry.peerId;
        this.name = signal(entry.name);
        /** What they say that they send. */
        this.audio = signal(entry.audio);
        this.video = signal(entry.video);
        this.screen = signal(entry.screen);
        this.isAway = signal(entry.away);
        this.condition = signal(/** @type {Condition} */ ("connecting"));
        this.isSpeaking = signal(false);
        this.incoming = signal(/** @type {Grade} */ ("good"));
        this.outgoing = signal(/** @type {Grade} */ ("good"));
        /**
         * Made once; the elements that show them keep them while connections come and go.
         * @type {Record<Kind, MediaStream>}
         */
        this.streams = { audio: new MediaStream(), video: new MediaStream(), screen: new MediaStream() };
        /** Changes when a stream has got another track, so that it may have to be played again. */
        this.played = signal(0);
        /** @type {Pair | null} */
        this.pair = null;
        this.spokeAt = -Infinity;
    }

    /** @param {PeerEntry} entry */
    update(entry) {
        this.name.set(entry.name);
        this.isAway.set(entry.away);
        this.show(entry);
    }

    /** @param {{ audio: boolean, video: boolean, screen: boolean }} state */
    show({ audio, video, screen }) {
        this.audio.set(audio);
        this.video.set(video);
        this.screen.set(screen);
    }

    /**
     * @param {Kind} kind
     * @param {MediaStreamTrack} track
     * @param {boolean} isWitness Whether the track itself tells what is sent.
     */
    hear(kind, track, isWitness) {
        const stream = this.streams[kind];
        for (const old of stream.getTracks()) stream.removeTrack(old);
        stream.addTrack(track);
        this.played.set(this.played.peek() + 1);
        if (!isWitness || kind === "audio") return;
        const look = () => stream.getTracks().includes(track) && this[kind].set(!track.muted);
        track.addEventListener("mute", look);
        track.addEventListener("unmute", look);
        look();
    }
}
