// SPDX-License-Identifier: Apache-2.0
// A walkie-talkie in the hand: the line to the room, who has the air, what is recorded and what is heard.

import { onEnd, signal } from "../core/signal.js";
import { allow, expose, log } from "../debug.js";
import { Line, socketAt } from "../line/line.js";
import { playTune, vibrate } from "../media/tones.js";
import { Floor } from "./floor.js";
import { chunk, ping, press, read, release, replay } from "./frames.js";
import { Recording } from "./recorder.js";
import { tunes } from "./tunes.js";

/** @typedef {import("../line/line.js").Link} Link */
/** @typedef {import("../media/media.js").Media} Media */
/** @typedef {import("./floor.js").Input} Input */
/** @typedef {import("./floor.js").State} State */
/** @typedef {import("./floor.js").Step} Step */
/** @typedef {import("./frames.js").Info} Info */
/** @typedef {import("./frames.js").Peer} Peer */
/** @typedef {import("./player.js").Player} Player */
/** @typedef {"busy" | "taken" | "no-microphone" | "no-recorder"} Notice */
/** @typedef {"full" | "forbidden" | "bad"} Ending */

/** The payload of the ping that comes back behind the last piece of a replay. */
const endOfReplay = "replay";
/** @type {Record<number, Ending>} */
const endings = { 4409: "full", 4403: "forbidden", 4400: "bad" };

export class Talkie {
    /**
     * @param {object} given
     * @param {string} given.room
     * @param {string} given.name
     * @param {Media} given.media
     * @param {Player} given.player
     */
    constructor({ room, name, media, player }) {
        this.room = room;
        this.media = media;
        this.player = player;
        this.floor = new Floor();
        this.state = signal(/** @type {State} */ ("away"));
        this.link = signal(/** @type {Link} */ ("connecting"));
        this.ending = signal(/** @type {Ending | null} */ (null));
        this.peers = signal(/** @type {Peer[]} */ ([]));
        this.you = signal("");
        this.talker = signal(/** @type {Peer | null} */ (null));
        /** What the last thing heard was sent in. */
        this.mime = signal(/** @type {string | null} */ (null));
        /** When the present talk began, in milliseconds of performance.now(). */
        this.since = signal(0);
        this.notice = signal(/** @type {Notice | null} */ (null));
        /** Talks that this person has not heard. */
        this.unheard = signal(0);
        this.hasLast = signal(false);
        this.isReplaying = signal(false);
        /** @type {Recording | null} */
        this.recording = null;
        this.noticeTimer = 0;
        this.isFirstInfo = true;
        /** Moments for `debug()`, in milliseconds of Unix time. */
        this.moments = { pressed: 0, granted: 0, firstChunk: 0, opened: 0, firstHeard: 0 };

        this.line = new Line(
            socketAt(`/ws/talkie?room=${encodeURIComponent(room)}&name=${encodeURIComponent(name)}`),
            { name: "talkie", ping: () => ping(""), isFinal: (code) => endings[code] !== undefined },
            {
                opened: () => {},
                message: (data) => data instanceof ArrayBuffer && this.hear(data),
                link: (link) => this.linked(link),
                closed: (code) => this.ending.set(endings[code] ?? "bad"),
            },
        );
        player.onheard = () => {
            this.isReplaying.set(false);
            this.unheard.set(0);
        };
        player.onfirst = () => {
            if (this.moments.firstHeard === 0) this.moments.firstHeard = this.now();
        };
    }

    start() {
        onEnd(() => {
            this.recording?.discard();
            this.line.end();
        });
        expose("talkie", () => ({
            state: this.state.peek(),
            talker: this.talker.peek(),
            peers: this.peers.peek(),
            link: this.link.peek(),
            moments: this.moments,
            player: this.player.condition.peek(),
            time: this.player.time,
            width: this.player.video.videoWidth,
            unheard: this.unheard.peek(),
        }));
        allow("cut", () => this.line.lose(0));
        this.moments.opened = this.now();
        this.line.open();
    }

    // MARK: - What the person does

    press() {
        if (!this.media.tracks.audio.peek()) {
            this.tell("no-microphone");
            void this.media.open();
            return false;
        }
        this.moments.pressed = this.now();
        this.do("press");
        return this.floor.isBusy();
    }

    release() {
        this.do("release");
    }

    /** The last talk again. */
    replay() {
        if (this.state.peek() !== "free" || !this.hasLast.peek()) return;
        this.player.begin(false);
        this.player.format(this.mime.peek());
        this.isReplaying.set(true);
        this.line.send(replay);
        this.line.send(ping(endOfReplay));
    }

    // MARK: - What the server says

    /** @param {ArrayBuffer} data */
    hear(data) {
        const frame = read(data);
        switch (frame.type) {
            case "granted":
                this.moments.granted = this.now();
                return this.do("granted");
            case "denied":
                return this.do("denied");
            case "released":
                if (this.state.peek() === "listening") this.endTalk();
                else if (this.state.peek() !== "away") this.hasLast.set(true);
                return this.do("released");
            case "media":
                return this.player.push(frame.bytes);
            case "info":
                return this.inform(frame.info);
            case "pong":
                if (frame.payload === endOfReplay && this.isReplaying.peek()) this.player.complete();
        }
    }

    /** @param {Info} info */
    inform(info) {
        const { you, talker, peers, mime } = info;
        if (this.link.peek() !== "open") this.line.stands();
        this.you.set(you);
        this.peers.set(peers);
        const before = this.talker.peek();
        const present = peers.find((peer) => peer.peerId === talker) ?? null;
        if (present?.peerId !== before?.peerId) {
            this.talker.set(present);
            this.since.set(performance.now());
            if (present && present.peerId !== you) this.beginTalk();
        }
        this.mime.set(mime);
        if (talker !== you) this.player.format(mime);
        if (this.isFirstInfo && !talker && mime) {
            // There was a talk before we came.
            this.hasLast.set(true);
            this.unheard.set(1);
        }
        this.isFirstInfo = false;
        this.do({ you, talker });
    }

    beginTalk() {
        this.isReplaying.set(false);
        this.moments.firstHeard = 0;
        this.player.begin(true);
    }

    endTalk() {
        this.hasLast.set(true);
        const wasHeard = this.player.condition.peek() === "playing" && document.visibilityState === "visible";
        this.unheard.set(wasHeard ? 0 : this.unheard.peek() + 1);
        this.player.complete();
    }

    /** @param {Link} link */
    linked(link) {
        this.link.set(link);
        if (link === "open") return;
        this.player.stop();
        this.isReplaying.set(false);
        this.talker.set(null);
        this.do("lost");
    }

    // MARK: - The floor

    /** @param {Input} input */
    do(input) {
        const steps = this.floor.handle(input);
        for (const step of steps) this.step(step);
        this.state.set(this.floor.state);
    }

    /** @param {Step} step */
    step(step) {
        switch (step) {
            case "ask":
                this.line.send(press);
                return;
            case "give":
                this.line.send(release);
                return;
            case "record":
                return this.record();
            case "air":
                this.since.set(performance.now());
                this.recording?.air();
                return;
            case "finish":
                this.recording?.finish(() => this.do("flushed"));
                return;
            case "discard":
                this.recording?.discard();
                this.recording = null;
                return;
            case "tone-grant":
                vibrate(60);
                playTune(tunes.grant);
                return;
            case "tone-busy":
                vibrate([80, 60, 80, 60, 80]);
                playTune(tunes.busy);
                return this.tell("busy");
            case "tone-free":
                playTune(tunes.free);
                return;
            case "tone-taken":
                vibrate([200, 100, 200]);
                playTune(tunes.taken);
                return this.tell("taken");
        }
    }

    record() {
        const { audio, video } = this.media.tracks;
        const [voice, picture] = [audio.peek(), this.media.wants.video.peek() ? video.peek() : null];
        try {
            if (!voice) throw new DOMException("no microphone", "NotFoundError");
            this.moments.firstChunk = 0;
            this.recording = new Recording(voice, picture, (bytes) => {
                if (this.moments.firstChunk === 0) this.moments.firstChunk = this.now();
                this.line.send(chunk(bytes));
            });
        } catch (error) {
            log("recorder", String(error));
            this.tell("no-recorder");
            queueMicrotask(() => this.do("mute"));
        }
    }

    /** @param {Notice} notice */
    tell(notice) {
        this.notice.set(notice);
        clearTimeout(this.noticeTimer);
        this.noticeTimer = window.setTimeout(() => this.notice.set(null), 4000);
    }

    now() {
        return Math.round(performance.timeOrigin + performance.now());
    }
}
