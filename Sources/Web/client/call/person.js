// SPDX-License-Identifier: Apache-2.0
// One of the others, as the page shows them.

import { signal } from "../core/signal.js";

/** @typedef {import("./protocol.js").PeerEntry} PeerEntry */
/** @typedef {import("../peer/pair.js").Condition} Condition */
/** @typedef {import("../peer/pair.js").Kind} Kind */
/** @typedef {import("../peer/pair.js").Pair} Pair */
/** @typedef {import("../peer/quality.js").Grade} Grade */

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
     */
    hear(kind, track) {
        const stream = this.streams[kind];
        for (const old of stream.getTracks()) stream.removeTrack(old);
        stream.addTrack(track);
        this.played.set(this.played.peek() + 1);
    }
}
