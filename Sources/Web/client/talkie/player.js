// SPDX-License-Identifier: Apache-2.0
// Plays what comes over the air as it comes, and keeps to the live edge. The voice has an element of its own, and the
// picture follows it: a camera that gives few frames, or none for a while, makes nobody unheard.

import { onEnd, signal } from "../core/signal.js";
import { log } from "../debug.js";
import { Deck } from "./deck.js";
import { Source, isPlayable, partsOf } from "./formats.js";
import { follow, pace } from "./pace.js";
import { Splitter, longestFrame } from "./splitter.js";

/** @typedef {"idle" | "waiting" | "playing" | "unplayable" | "blocked"} Condition */

export class Player {
    /**
     * The elements live as long as the page: what a tap has unlocked stays unlocked.
     * @param {HTMLVideoElement} video
     * @param {HTMLAudioElement} audio
     */
    constructor(video, audio) {
        this.video = video;
        this.audio = audio;
        this.condition = signal(/** @type {Condition} */ ("idle"));
        this.hasPicture = signal(false);
        /** Called when something has been heard to its end. */
        this.onheard = () => {};
        /** Called when the first picture or sound of a talk comes out. */
        this.onfirst = () => {};
        this.isLive = false;
        /** @type {string | null} */
        this.mime = null;
        /** @type {Splitter | null} */
        this.splitter = null;
        /**
         * What came before it was known what it is.
         * @type {Uint8Array[]}
         */
        this.early = [];
        const listener = (/** @type {boolean} */ isPicture) => ({
            updated: () => this.keepPace(),
            failed: () => this.fails(isPicture),
            emptied: () => this.splitter?.restart(isPicture),
        });
        this.decks = { sound: new Deck(audio, listener(false)), picture: new Deck(video, listener(true)) };
        /**
         * The one by which the time goes; the picture's, where voice and picture cannot be taken apart.
         * @type {Deck}
         */
        this.leader = this.decks.sound;
        const timer = window.setInterval(() => this.keepPace(), 200);
        for (const deck of [this.decks.sound, this.decks.picture]) {
            deck.element.onplaying = () => deck === this.leader && this.sounds();
            deck.element.onended = () => deck === this.leader && this.ended();
        }
        video.onloadeddata = () => this.shows();
        onEnd(() => {
            clearInterval(timer);
            this.stop();
        });
    }

    /** Where one is, in seconds. */
    get time() {
        return this.leader.element.currentTime;
    }

    /**
     * A talk begins.
     * @param {boolean} isLive
     */
    begin(isLive) {
        this.stop();
        this.isLive = isLive;
        this.condition.set(Source ? "waiting" : "unplayable");
    }

    /**
     * What is being sent, once that is known.
     * @param {string | null} mime
     */
    format(mime) {
        if (!mime || mime === this.mime || this.condition.peek() === "idle") return;
        this.mime = mime;
        if (!isPlayable(mime)) {
            log("player", "cannot play", mime);
            this.condition.set("unplayable");
            return;
        }
        const { sound, picture } = partsOf(mime);
        const { decks } = this;
        const isApart = sound !== null && picture !== null && isPlayable(sound) && isPlayable(picture);
        this.splitter = isApart ? new Splitter() : null;
        this.leader = isApart || !mime.startsWith("video/") ? decks.sound : decks.picture;
        this.video.muted = isApart;
        this.leader.begin(isApart ? sound : mime);
        if (isApart) decks.picture.begin(picture);
        this.play();
        for (const bytes of this.early.splice(0)) this.push(bytes);
    }

    /** @param {Uint8Array} bytes */
    push(bytes) {
        const condition = this.condition.peek();
        if (condition === "idle" || condition === "unplayable") return;
        if (!this.mime) {
            this.early.push(bytes);
            return;
        }
        if (!this.splitter) return this.leader.push(bytes);
        const { sound, picture } = this.splitter.take(bytes);
        this.decks.sound.push(sound);
        this.decks.picture.push(picture);
        if (this.splitter.isBroken) this.condition.set("unplayable");
    }

    /** Nothing more comes: what is there is played to its end. */
    complete() {
        this.isLive = false;
        if (this.condition.peek() === "unplayable" || !this.mime) return this.stop();
        this.decks.sound.complete();
        this.decks.picture.complete();
    }

    stop() {
        this.mime = null;
        this.splitter = null;
        this.early = [];
        this.condition.set("idle");
        this.hasPicture.set(false);
        this.decks.sound.stop();
        this.decks.picture.stop();
    }

    /** The person has tapped: now it may sound. */
    play() {
        const { element } = this.leader;
        element.play().then(
            () => this.condition.peek() === "blocked" && this.condition.set("playing"),
            (error) => {
                log("player", String(error));
                if (error instanceof Error && error.name === "NotAllowedError") this.condition.set("blocked");
            },
        );
        if (element !== this.video && this.splitter) void this.video.play().catch((error) => log("picture", String(error)));
    }

    keepPace() {
        const { leader, video, splitter } = this;
        const { element } = leader;
        if (!leader.buffer) return;
        // The last picture is said to stand longer than it will.
        const excess = splitter && element === video ? longestFrame / 1000 : 0;
        const ranges = leader.ranges().map(({ start, end }) => ({ start, end: Math.max(start, end - excess) }));
        if (element.readyState > 0) {
            apply(element, pace({ time: element.currentTime, rate: element.playbackRate, ranges, isLive: this.isLive }));
        }
        if (!splitter || element === video || video.readyState === 0) return;
        const time = ranges.length > 0 && element.readyState > 0 ? element.currentTime : null;
        apply(video, follow({ leader: time, time: video.currentTime, isSeeking: video.seeking, ranges: this.decks.picture.ranges() }));
    }

    // MARK: - What comes out

    sounds() {
        if (this.condition.peek() === "waiting" || this.condition.peek() === "blocked") this.condition.set("playing");
        this.onfirst();
    }

    shows() {
        this.hasPicture.set(true);
        if (this.leader.element === this.video) this.sounds();
        this.onfirst();
    }

    ended() {
        if (!this.leader.isComplete) return;
        this.onheard();
        this.stop();
    }

    /**
     * Without a picture one still hears; and where nothing can sound one still sees.
     * @param {boolean} isPicture
     */
    fails(isPicture) {
        const { sound, picture } = this.decks;
        const other = isPicture ? sound : picture;
        if (!this.splitter || !other.address) return this.condition.set("unplayable");
        (isPicture ? picture : sound).stop();
        this.leader = other;
        if (!isPicture && this.hasPicture.peek()) this.sounds();
    }
}

/**
 * @param {HTMLMediaElement} element
 * @param {import("./pace.js").Advice} advice
 */
function apply(element, { seek, rate }) {
    if (seek !== null) element.currentTime = seek;
    if (element.playbackRate !== rate) element.playbackRate = rate;
}
