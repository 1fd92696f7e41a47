// SPDX-License-Identifier: Apache-2.0
// The connection to one other person: one RTCPeerConnection at a time, replaced when it cannot be repaired.
//
// Three transceivers in a fixed order carry voice, picture and screen; switching something on or off is replaceTrack
// and needs no negotiation. Whoever was there first makes the first offer; later both may (perfect negotiation), and
// the later one gives way. A side that starts over simply offers from a fresh connection: its description bears a new
// session identifier, by which the other side knows to start over too.

import { log } from "../debug.js";
import { sessionOf } from "./description.js";
import { Ladder } from "./ladder.js";
import { putFirst, through } from "./tuning.js";

/** @typedef {"audio" | "video" | "screen"} Kind */
/** @typedef {"connecting" | "connected" | "trouble" | "failed"} Condition */
/** @typedef {Record<Kind, MediaStreamTrack | null>} Tracks */
/** @typedef {{ type: "offer" | "answer", sdp: string }} Description */

/**
 * @typedef {object} Listener The first two are to be sent to the other side.
 * @property {(description: Description) => void} description
 * @property {(candidate: RTCIceCandidateInit | null) => void} candidate
 * @property {(kind: Kind, track: MediaStreamTrack) => void} track What comes from the other side.
 * @property {(condition: Condition) => void} condition
 * @property {() => void} negotiated Senders can be given their limits.
 */

/** @type {Kind[]} */
export const kinds = ["audio", "video", "screen"];

/** A browser that gathers no candidate in this time never will (Chromium, now and then). In milliseconds. */
const gatheringLimit = 3000;

export class Pair {
    /**
     * @param {object} given
     * @param {string} given.name For the log.
     * @param {boolean} given.isElder Whether this side was there first: it offers first and does not give way.
     * @param {RTCIceServer[]} given.iceServers
     * @param {boolean} given.relayOnly
     * @param {Kind[]} given.kinds What can be sent, in the order of the transceivers; both sides have the same.
     * @param {boolean} given.tellsByDirection Whether the descriptions say what is sent: then switching negotiates.
     * @param {Tracks} given.tracks
     * @param {Listener} given.listener
     */
    constructor({ name, isElder, iceServers, relayOnly, kinds, tellsByDirection, tracks, listener }) {
        this.name = name;
        this.isElder = isElder;
        this.kinds = kinds;
        this.tellsByDirection = tellsByDirection;
        this.iceServers = iceServers;
        this.relayOnly = relayOnly;
        this.tracks = { ...tracks };
        /** Voice and picture bear the same stream's name, by which the other side keeps lips and words together. */
        this.group = new MediaStream();
        this.listener = listener;
        this.ladder = new Ladder(isElder, performance.now());
        /** @type {Condition} */
        this.condition = "connecting";
        this.isClosed = false;
        this.renewals = 0;
        /** How often a connection was tried until the first one stood. */
        this.attempts = 1;
        this.hasStood = false;
        this.candidates = 0;
        this.fruitless = 0;
        /** @type {Promise<void>} */
        this.queue = Promise.resolve();
        this.pc = this.fresh();
    }

    /** Makes the first offer, or a fresh one. */
    begin() {
        for (const kind of this.kinds) {
            this.pc.addTransceiver(this.tracks[kind] ?? (kind === "audio" ? "audio" : "video"), {
                direction: this.direction(kind),
                streams: kind === "screen" ? [] : [this.group],
            });
        }
        this.prioritise();
    }

    /**
     * Handles what the other side sends, one thing after the other.
     * @param {{ type: "offer" | "answer", sdp: string } | { type: "candidate", candidate: RTCIceCandidateInit | "" | null }} message
     */
    receive(message) {
        this.queue = this.queue.then(async () => {
            if (this.isClosed) return;
            try {
                if (message.type === "candidate") await this.addCandidate(message.candidate);
                else await this.describe(message);
            } catch (error) {
                log(this.name, message.type, "refused:", String(error));
            }
        });
    }

    /**
     * Sends something else, or nothing, in one of the three places.
     * @param {Kind} kind
     * @param {MediaStreamTrack | null} track
     */
    async put(kind, track) {
        this.tracks[kind] = track;
        const transceiver = this.transceiver(kind);
        if (!transceiver && track && this.tellsByDirection && this.theirs !== null) {
            // The other side asked for a voice alone: a picture is another place in the description.
            this.pc.addTransceiver(track, { direction: "sendrecv", streams: [this.group] });
        }
        if (!transceiver || transceiver.sender.track === track) return;
        await transceiver.sender.replaceTrack(track);
        if (this.tellsByDirection) transceiver.direction = this.direction(kind);
    }

    /** @param {Kind} kind */
    transceiver(kind) {
        return this.pc.getTransceivers()[this.kinds.indexOf(kind)];
    }

    /**
     * @param {Kind} kind
     * @returns {RTCRtpTransceiverDirection}
     */
    direction(kind) {
        return this.tellsByDirection && kind !== "audio" && !this.tracks[kind] ? "recvonly" : "sendrecv";
    }

    /**
     * Credentials that go on when the old ones end; used by the next gathering.
     * @param {RTCIceServer[]} iceServers
     */
    refresh(iceServers) {
        this.iceServers = iceServers;
        this.configure(this.relayOnly);
    }

    /**
     * To be called twice a second or so.
     * @param {number} now
     * @param {boolean} canSpeak Whether the other side can be told anything at the moment.
     */
    tick(now, canSpeak) {
        if (this.isClosed) return;
        if (!canSpeak) {
            this.ladder.wait(now);
            return;
        }
        const step = this.ladder.due(now);
        if (!step) return;
        log(this.name, "repair:", step);
        if (!this.hasStood && step !== "give-up") this.attempts += 1;
        if (step === "restart") this.restart(this.relayOnly);
        if (step === "relay") this.restart(true);
        if (step === "renew") this.renew();
        if (step === "give-up") this.become("failed");
    }

    /**
     * Looks for new ways on the same connection.
     * @param {boolean} relayOnly
     */
    restart(relayOnly) {
        this.configure(relayOnly);
        this.pc.restartIce();
    }

    /** Starts over with a fresh connection. */
    renew() {
        this.renewals += 1;
        this.replace();
        this.begin();
    }

    /** What was in the way may be gone: a connection that is down is looked after at once. */
    hurry() {
        if (this.condition === "trouble") this.ladder.falls(performance.now(), true);
    }

    /** The person asks for another attempt. */
    retry() {
        this.ladder = new Ladder(this.isElder, performance.now());
        this.become("connecting");
        this.renew();
    }

    close() {
        this.isClosed = true;
        this.quieten(this.pc);
    }

    // MARK: - Negotiation

    /** @returns {RTCPeerConnection} */
    fresh() {
        this.makingOffer = false;
        this.isSettingAnswer = false;
        this.ignoring = false;
        this.candidates = 0;
        this.isWatched = false;
        /**
         * Who is at the other end, by its session identifier.
         * @type {string | null}
         */
        this.theirs = null;

        const pc = new RTCPeerConnection({
            iceServers: this.iceServers,
            iceTransportPolicy: this.relayOnly ? "relay" : "all",
            bundlePolicy: "max-bundle",
        });
        pc.onnegotiationneeded = () => this.offer(pc);
        pc.onicecandidate = ({ candidate }) => {
            if (candidate?.candidate) {
                this.candidates += 1;
                this.fruitless = 0;
            }
            this.listener.candidate(candidate ? candidate.toJSON() : null);
        };
        pc.onicecandidateerror = (event) => {
            const { url, errorCode, errorText } = /** @type {RTCPeerConnectionIceErrorEvent} */ (event);
            log(this.name, "candidate error", errorCode, errorText, url);
        };
        pc.ontrack = ({ track, transceiver }) => {
            const kind = this.kinds[pc.getTransceivers().indexOf(transceiver)];
            if (kind) this.listener.track(kind, track);
        };
        pc.oniceconnectionstatechange = () => log(this.name, "ice", pc.iceConnectionState);
        pc.onconnectionstatechange = () => this.look();
        return pc;
    }

    /** @param {RTCPeerConnection} pc */
    async offer(pc) {
        try {
            this.makingOffer = true;
            await pc.setLocalDescription();
            if (pc !== this.pc || this.isClosed) return;
            this.tell();
        } catch (error) {
            log(this.name, "offer failed:", String(error));
        } finally {
            if (pc === this.pc) this.makingOffer = false;
        }
    }

    /** @param {Description} description */
    async describe(description) {
        const session = sessionOf(description.sdp);
        if (this.theirs !== null && session !== this.theirs) {
            log(this.name, "the other side has started over");
            this.replace();
            if (description.type === "answer") {
                // It answered what our present connection never asked: ask afresh.
                this.begin();
                return;
            }
        }
        if (description.type === "answer") await this.takeAnswer(description, session);
        else await this.takeOffer(description, session);
    }

    /**
     * @param {Description} description
     * @param {string} session
     */
    async takeAnswer(description, session) {
        const { pc } = this;
        if (pc.signalingState !== "have-local-offer") {
            log(this.name, "an answer to nothing");
            return;
        }
        this.isSettingAnswer = true;
        try {
            await pc.setRemoteDescription(description);
        } finally {
            if (pc === this.pc) this.isSettingAnswer = false;
        }
        if (pc !== this.pc) return;
        this.theirs = session;
        this.listener.negotiated();
    }

    /**
     * @param {Description} description
     * @param {string} session
     */
    async takeOffer(description, session) {
        const isReady = !this.makingOffer && (this.pc.signalingState === "stable" || this.isSettingAnswer);
        this.ignoring = this.isElder && !isReady;
        if (this.ignoring) {
            log(this.name, "both offered: theirs is ignored");
            return;
        }
        // A first offer that was rolled back can leave Chromium gathering for ever: give way with a fresh connection.
        if (!isReady && this.theirs === null) this.replace();
        const { pc } = this;
        await pc.setRemoteDescription(description);
        if (pc !== this.pc) return;
        this.theirs = session;
        for (const kind of this.kinds) {
            const transceiver = this.transceiver(kind);
            if (!transceiver) continue;
            transceiver.direction = this.direction(kind);
            if (kind !== "screen") transceiver.sender.setStreams?.(this.group);
            if (transceiver.sender.track !== this.tracks[kind]) await transceiver.sender.replaceTrack(this.tracks[kind]);
        }
        await pc.setLocalDescription();
        if (pc !== this.pc) return;
        this.tell();
        this.prioritise();
        this.listener.negotiated();
    }

    /** @param {RTCIceCandidateInit | "" | null} candidate The end of them needs a description and is no news. */
    async addCandidate(candidate) {
        try {
            if (candidate) await this.pc.addIceCandidate(candidate);
        } catch (error) {
            if (!this.ignoring) throw error;
        }
    }

    /** Sends the present local description, and watches that candidates follow. */
    tell() {
        const { type, sdp = "" } = this.pc.localDescription ?? {};
        if (type !== "offer" && type !== "answer") return;
        log(this.name, "told", type);
        this.listener.description({ type, sdp });
        this.watch();
    }

    watch() {
        if (this.isWatched) return;
        this.isWatched = true;
        const { pc } = this;
        const patience = gatheringLimit * 2 ** Math.min(this.fruitless, 3);
        window.setTimeout(() => {
            if (pc !== this.pc || this.isClosed || this.candidates > 0 || pc.iceGatheringState !== "gathering") return;
            log(this.name, "no candidate: a fresh connection");
            this.fruitless += 1;
            this.renew();
        }, patience);
    }

    // MARK: - Condition

    look() {
        const state = this.pc.connectionState;
        log(this.name, "connection", state);
        if (state === "connected") {
            this.hasStood = true;
            this.ladder.stands();
            this.become("connected");
        } else if (state === "disconnected" || state === "failed") {
            this.ladder.falls(performance.now(), state === "failed");
            if (this.condition === "connected") this.become("trouble");
        }
    }

    /** @param {Condition} condition */
    become(condition) {
        if (this.condition === condition) return;
        this.condition = condition;
        this.listener.condition(condition);
    }

    // MARK: - The browser's connection

    /** Puts a fresh connection in the place of the present one. */
    replace() {
        this.quieten(this.pc);
        this.pc = this.fresh();
        if (this.condition === "connected") {
            this.ladder.falls(performance.now());
            this.become("trouble");
        }
    }

    /** @param {RTCPeerConnection} pc */
    quieten(pc) {
        pc.onnegotiationneeded = pc.onicecandidate = pc.onicecandidateerror = pc.ontrack = null;
        pc.oniceconnectionstatechange = pc.onconnectionstatechange = null;
        pc.close();
    }

    /** @param {boolean} relayOnly */
    configure(relayOnly) {
        try {
            this.pc.setConfiguration(through(this.pc.getConfiguration(), this.iceServers, { relayOnly, isFirm: this.relayOnly }));
        } catch (error) {
            log(this.name, "configuration refused:", String(error));
        }
    }

    /** Voice goes first where the network has to choose. */
    prioritise() {
        putFirst(this.transceiver("audio")?.sender).catch((error) => log(this.name, "priority refused:", String(error)));
    }
}
