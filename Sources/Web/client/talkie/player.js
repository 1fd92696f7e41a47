// SPDX-License-Identifier: Apache-2.0
// Plays what comes over the air as it comes, and keeps to the live edge.

import { onEnd, signal } from "../core/signal.js";
import { log } from "../debug.js";
import { Source, isManaged, isPlayable } from "./formats.js";
import { pace } from "./pace.js";

/** @typedef {"idle" | "waiting" | "playing" | "unplayable" | "blocked"} Condition */

/** What has been heard longer ago than this may be let go of, in seconds. */
const kept = 20;

export class Player {
    /** @param {HTMLVideoElement} video One element for the life of the page: what a tap has unlocked stays unlocked. */
    constructor(video) {
        this.video = video;
        this.condition = signal(/** @type {Condition} */ ("idle"));
        this.hasPicture = signal(false);
        /** Called when something has been heard to its end. */
        this.onheard = () => {};
        /** Called when the first picture or sound of a talk comes out. */
        this.onfirst = () => {};
        this.isLive = false;
        this.isComplete = false;
        /** @type {string | null} */
        this.mime = null;
        /** @type {Uint8Array[]} */
        this.queue = [];
        /** @type {import("./formats.js").Source | null} */
        this.source = null;
        /** @type {SourceBuffer | null} */
        this.buffer = null;
        this.address = "";
        const timer = window.setInterval(() => this.keepPace(), 200);
        video.onplaying = () => this.sounds();
        video.onended = () => this.ended();
        onEnd(() => {
            clearInterval(timer);
            this.stop();
        });
    }

    /**
     * A talk begins.
     * @param {boolean} isLive
     */
    begin(isLive) {
        this.stop();
        this.isLive = isLive;
        this.isComplete = false;
        this.condition.set("waiting");
        if (!Source) {
            this.condition.set("unplayable");
            return;
        }
        const source = new Source();
        this.source = source;
        source.addEventListener("sourceopen", () => source === this.source && this.open());
        // Apple's managed kind says when it is hungry.
        source.addEventListener("startstreaming", () => this.pump());
        if (isManaged) Object.assign(this.video, { disableRemotePlayback: true });
        this.address = URL.createObjectURL(source);
        this.video.src = this.address;
        this.video.requestVideoFrameCallback?.(() => this.shows(source));
        this.play();
    }

    /**
     * What is being sent, once that is known.
     * @param {string | null} mime
     */
    format(mime) {
        if (!mime || mime === this.mime || this.condition.peek() === "idle") return;
        this.mime = mime;
        this.hasPicture.set(mime.startsWith("video/"));
        if (!isPlayable(mime)) {
            log("player", "cannot play", mime);
            this.condition.set("unplayable");
            return;
        }
        this.open();
    }

    /** @param {Uint8Array} bytes */
    push(bytes) {
        if (this.condition.peek() === "idle" || this.condition.peek() === "unplayable") return;
        this.queue.push(bytes);
        this.pump();
    }

    /** Nothing more comes: what is there is played to its end. */
    complete() {
        this.isComplete = true;
        this.isLive = false;
        if (this.condition.peek() === "unplayable" || !this.mime) this.stop();
        else this.pump();
    }

    stop() {
        this.source = null;
        this.buffer = null;
        this.mime = null;
        this.queue = [];
        this.condition.set("idle");
        this.hasPicture.set(false);
        if (this.address) {
            URL.revokeObjectURL(this.address);
            this.address = "";
            this.video.removeAttribute("src");
            this.video.load();
        }
    }

    /** The person has tapped: now it may sound. */
    play() {
        this.video.play().then(
            () => this.condition.peek() === "blocked" && this.condition.set("playing"),
            (error) => {
                log("player", String(error));
                if (error instanceof Error && error.name === "NotAllowedError") this.condition.set("blocked");
            },
        );
    }

    // MARK: - The media source

    open() {
        const { source, mime } = this;
        if (!source || !mime || this.buffer || source.readyState !== "open") return;
        try {
            this.buffer = source.addSourceBuffer(mime);
            this.buffer.addEventListener("updateend", () => {
                this.keepPace();
                this.pump();
            });
        } catch (error) {
            log("player", String(error));
            this.condition.set("unplayable");
            return;
        }
        this.pump();
    }

    pump() {
        const { buffer, source } = this;
        if (!buffer || !source || buffer.updating || source.readyState !== "open") return;
        try {
            const behind = this.video.currentTime - kept;
            if (behind > 2 && buffer.buffered.length > 0 && buffer.buffered.start(0) < behind - 5) {
                buffer.remove(0, behind);
            } else if (this.queue.length > 0) {
                buffer.appendBuffer(join(this.queue.splice(0)));
            } else if (this.isComplete) {
                source.endOfStream();
            }
        } catch (error) {
            log("player", String(error));
        }
    }

    keepPace() {
        const { video } = this;
        if (!this.buffer || video.readyState === 0) return;
        const { buffered } = video;
        const ranges = Array.from({ length: buffered.length }, (_, index) => ({ start: buffered.start(index), end: buffered.end(index) }));
        const { seek, rate } = pace({ time: video.currentTime, rate: video.playbackRate, ranges, isLive: this.isLive });
        if (seek !== null) video.currentTime = seek;
        if (video.playbackRate !== rate) video.playbackRate = rate;
    }

    // MARK: - What comes out

    sounds() {
        if (this.condition.peek() === "waiting" || this.condition.peek() === "blocked") this.condition.set("playing");
        if (!this.hasPicture.peek()) this.onfirst();
    }

    /** @param {object} source */
    shows(source) {
        if (source !== this.source) return;
        this.onfirst();
    }

    ended() {
        if (!this.isComplete) return;
        this.onheard();
        this.stop();
    }
}

/** @param {Uint8Array[]} parts */
function join(parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}
