// SPDX-License-Identifier: Apache-2.0
// One's own camera, microphone and screen: what is wanted, what there is, and why the two differ.

import { signal } from "../core/signal.js";
import { local } from "../core/storage.js";
import { log } from "../debug.js";
import { isTelephone, picture, voice } from "./constraints.js";
import { problemOf } from "./problems.js";
import { Retry } from "./retry.js";

/** @typedef {import("./problems.js").Problem} Problem */
/** @typedef {"audio" | "video"} Kind */
/** @typedef {{ id: string, label: string }} Device */
/** @typedef {"hd" | "sd" | "sound"} Quality */

const storageKey = "sterna.devices";
const qualityKey = "sterna.quality";
/** @type {Record<Kind, MediaDeviceKind>} */
const inputs = { audio: "audioinput", video: "videoinput" };

export class Media {
    /** @param {{ isSmall?: boolean }} manner Whether a small picture is enough. */
    constructor(manner = {}) {
        this.isSmall = manner.isSmall ?? false;
        this.tracks = { audio: none(), video: none(), screen: none() };
        /** What the person wants to be on. */
        this.wants = { audio: signal(true), video: signal(true) };
        this.problems = {
            audio: signal(/** @type {Problem | null} */ (null)),
            video: signal(/** @type {Problem | null} */ (null)),
        };
        this.devices = {
            audio: signal(/** @type {Device[]} */ ([])),
            video: signal(/** @type {Device[]} */ ([])),
            output: signal(/** @type {Device[]} */ ([])),
        };
        /**
         * What the browser lists, with or without leave to look closer.
         * @type {Record<Kind, string[]>}
         */
        this.plugged = { audio: [], video: [] };
        this.retries = { audio: new Retry(), video: new Retry() };
        /** The speaker that was picked; empty for the system's own. */
        this.output = signal("");
        this.isAsking = signal(false);
        /** How much the person lets the pictures take of the network. */
        this.quality = signal(/** @type {Quality} */ (["sd", "sound"].includes(local.read(qualityKey)) ? local.read(qualityKey) : "hd"));
        /** The system, or a switch on the device, keeps the microphone silent though it is open. */
        this.isSilenced = signal(false);
        /** Telephones either cannot or show nothing that anybody could read. */
        this.canShareScreen = typeof navigator.mediaDevices?.getDisplayMedia === "function" && !isTelephone;
        /** @type {"user" | "environment"} */
        this.facing = "user";
        /** @type {{ audio?: Device, video?: Device }} */
        this.chosen = local.read(storageKey) ?? {};
        /** @type {Promise<unknown>} */
        this.queue = Promise.resolve();
        this.isOver = false;
        this.changed = () => void this.replugged();
        this.seen = () => document.visibilityState === "visible" && this.recover();
        navigator.mediaDevices?.addEventListener?.("devicechange", this.changed);
        document.addEventListener("visibilitychange", this.seen);
    }

    /** Whether a voice or picture goes out now. */
    isSending = {
        audio: () => this.wants.audio() && this.tracks.audio() !== null && !this.isSilenced(),
        video: () => this.wants.video() && this.tracks.video() !== null && this.quality() !== "sound",
        screen: () => this.tracks.screen() !== null,
    };

    /** Opens whatever is wanted and not open yet, with one question to the person if possible. */
    open() {
        for (const kind of /** @type {Kind[]} */ (["audio", "video"])) this.retries[kind].reset();
        return this.reach();
    }

    /** The same, when it is not the person who asks. */
    reach() {
        return this.inTurn(async () => {
            const missing = /** @type {Kind[]} */ (["audio", "video"]).filter((kind) => this.wants[kind]() && !this.tracks[kind]());
            if (missing.length === 0) return;
            this.isAsking.set(true);
            try {
                await this.acquire(missing);
            } finally {
                this.isAsking.set(false);
            }
            await this.list();
        });
    }

    /**
     * Switches the microphone or the camera.
     * @param {Kind} kind
     * @param {boolean} isOn
     */
    async turn(kind, isOn) {
        this.wants[kind].set(isOn);
        const track = this.tracks[kind].peek();
        if (isOn && track?.readyState === "live") {
            track.enabled = true;
            // Silent all the same: perhaps a fresh one is not.
            if (track.muted) await this.inTurn(() => this.reopen(kind, false));
        } else if (isOn) {
            await this.open();
        } else if (kind === "audio") {
            // A microphone that stays open answers at once when it is wanted again.
            if (track) track.enabled = false;
        } else {
            // The camera's light goes out.
            this.close("video");
        }
    }

    /**
     * Lets a device go, with its light.
     * @param {Kind} kind
     */
    release(kind) {
        this.wants[kind].set(false);
        this.close(kind);
    }

    /**
     * Takes another device.
     * @param {Kind} kind
     * @param {string} id
     */
    async choose(kind, id) {
        const device = this.devices[kind]().find((one) => one.id === id);
        if (!device) return;
        this.chosen = { ...this.chosen, [kind]: device };
        local.write(storageKey, this.chosen);
        this.wants[kind].set(true);
        await this.inTurn(() => this.reopen(kind, true));
    }

    /** Turns to the camera on the other side of the telephone. */
    async flip() {
        this.facing = this.facing === "user" ? "environment" : "user";
        delete this.chosen.video;
        await this.inTurn(() => this.reopen("video", false));
    }

    /** @param {boolean} isOn */
    async share(isOn) {
        this.tracks.screen.peek()?.stop();
        this.tracks.screen.set(null);
        if (!isOn) return;
        try {
            const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } } });
            const [track] = stream.getVideoTracks();
            if (!track) return;
            track.contentHint = "detail";
            track.onended = () => this.tracks.screen.set(null);
            this.tracks.screen.set(track);
        } catch (error) {
            // Saying no in the browser's own dialogue is an answer and no fault.
            log("media", "screen", String(error));
        }
    }

    /** Lets go of everything. */
    stop() {
        this.isOver = true;
        navigator.mediaDevices?.removeEventListener?.("devicechange", this.changed);
        document.removeEventListener("visibilitychange", this.seen);
        for (const kind of /** @type {const} */ (["audio", "video", "screen"])) this.close(kind);
    }

    // MARK: - Devices

    /** @param {Kind[]} kinds */
    async acquire(kinds) {
        try {
            this.adopt(await this.request(kinds, false));
            return;
        } catch (error) {
            log("media", kinds.join("+"), String(error));
            await this.list();
            for (const kind of kinds) {
                await this.explain(kind, error);
                if (kinds.length === 1) return;
                // Asked together and refused: only what is allowed anyway is asked for again, without a new question.
                if (this.problems[kind].peek() === "denied") continue;
                try {
                    this.adopt(await this.request([kind], false));
                } catch (alone) {
                    await this.explain(kind, alone);
                }
            }
        }
    }

    /**
     * Notes why a device could not be opened.
     * @param {Kind} kind
     * @param {unknown} error
     */
    async explain(kind, error) {
        const isListed = this.plugged[kind].length > 0;
        this.problems[kind].set(problemOf(error, { isListed, isGranted: await isGranted(kind), isSecure: window.isSecureContext }));
        this.retries[kind].failed(this.plugged[kind], performance.now());
    }

    /**
     * @param {Kind[]} kinds
     * @param {boolean} isFirm
     */
    async request(kinds, isFirm) {
        return await navigator.mediaDevices.getUserMedia({
            audio: kinds.includes("audio") && voice(this.idOf("audio"), isFirm),
            video: kinds.includes("video") && picture(this.idOf("video"), isFirm, this.facing, this.isSmall),
        });
    }

    /** @param {MediaStream} stream */
    adopt(stream) {
        for (const track of stream.getTracks()) {
            const kind = /** @type {Kind} */ (track.kind);
            // The person may have changed their mind while the browser was asking.
            if (this.isOver || !this.wants[kind]()) {
                track.stop();
                continue;
            }
            if (kind === "video") track.contentHint = "motion";
            else this.watchSilence(track);
            track.onended = () => this.lose(kind, track);
            this.tracks[kind].peek()?.stop();
            this.tracks[kind].set(track);
            this.problems[kind].set(null);
            this.retries[kind].opened(performance.now());
        }
    }

    /** @param {Quality} quality */
    setQuality(quality) {
        this.quality.set(quality);
        local.write(qualityKey, quality === "hd" ? null : quality);
    }

    /** @param {MediaStreamTrack} track */
    watchSilence(track) {
        const look = () => (this.tracks.audio.peek() ?? track) === track && this.isSilenced.set(track.muted);
        track.onmute = track.onunmute = look;
        this.isSilenced.set(track.muted);
    }

    /**
     * @param {Kind} kind
     * @param {boolean} isFirm
     */
    async reopen(kind, isFirm) {
        // A telephone opens no second camera while the first is in use.
        this.close(kind);
        try {
            this.adopt(await this.request([kind], isFirm));
        } catch (error) {
            log("media", kind, String(error));
            await this.list();
            await this.explain(kind, error);
        }
        await this.list();
    }

    /**
     * A device was pulled out or taken away.
     * @param {Kind} kind
     * @param {MediaStreamTrack} track
     */
    async lose(kind, track) {
        if (this.tracks[kind].peek() !== track || this.isOver) return;
        log("media", kind, "ended");
        this.tracks[kind].set(null);
        this.problems[kind].set("unplugged");
        const isWorth = this.retries[kind].isWorthAfterEnd(performance.now());
        if (this.wants[kind].peek() && isWorth) await this.reach();
        else await this.list();
        if (this.tracks[kind].peek()) return;
        this.problems[kind].set("unplugged");
        this.retries[kind].failed(this.plugged[kind], performance.now());
    }

    /** After a telephone call or a locked screen the devices may be dead though they say otherwise. */
    async recover() {
        for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
            const track = this.tracks[kind].peek();
            if (!track || !this.wants[kind]()) continue;
            if (track.readyState === "ended") await this.lose(kind, track);
            else if (track.muted) await this.inTurn(() => this.reopen(kind, false));
        }
    }

    /** @param {"audio" | "video" | "screen"} kind */
    close(kind) {
        const track = this.tracks[kind].peek();
        if (!track) return;
        track.onended = track.onmute = track.onunmute = null;
        if (kind === "audio") this.isSilenced.set(false);
        track.stop();
        this.tracks[kind].set(null);
    }

    /** Somebody plugged something in or pulled it out: perhaps what was missing is there now. */
    async replugged() {
        await this.list();
        if (this.isOver) return;
        const isHelped = (/** @type {Kind} */ kind) =>
            this.wants[kind].peek() &&
            ["missing", "unplugged", "blocked"].includes(this.problems[kind].peek() ?? "") &&
            this.retries[kind].isWorth(this.plugged[kind], performance.now());
        if (/** @type {Kind[]} */ (["audio", "video"]).filter(isHelped).length > 0) await this.reach();
    }

    /** Looks what is plugged in. */
    async list() {
        const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
        /** @param {MediaDeviceKind} kind */
        const of = (kind) => all.filter((one) => one.kind === kind && one.deviceId).map((one) => ({ id: one.deviceId, label: one.label }));
        this.devices.audio.set(of(inputs.audio));
        this.devices.video.set(of(inputs.video));
        this.devices.output.set(of("audiooutput"));
        for (const kind of /** @type {Kind[]} */ (["audio", "video"])) {
            // Without leave they have no names of their own.
            this.plugged[kind] = all.filter((one) => one.kind === inputs[kind]).map((one, index) => one.deviceId || `${kind} ${index}`);
        }
    }

    /**
     * The device in use, or the one that would be.
     * @param {Kind} kind
     */
    idOf(kind) {
        const inUse = this.tracks[kind].peek()?.getSettings().deviceId;
        const wish = this.chosen[kind];
        if (!wish) return inUse;
        const devices = this.devices[kind]();
        // Identifiers change when the browser forgets; the label is then the same device.
        return (devices.find((one) => one.id === wish.id) ?? devices.find((one) => one.label === wish.label))?.id ?? wish.id;
    }

    /**
     * One question to the browser at a time: a second one can silence the first.
     * @param {() => Promise<void>} work
     */
    inTurn(work) {
        const turn = this.queue.then(work);
        this.queue = turn.catch((error) => log("media", String(error)));
        return turn;
    }
}

const none = () => signal(/** @type {MediaStreamTrack | null} */ (null));

/** @param {Kind} kind */
async function isGranted(kind) {
    try {
        const name = /** @type {PermissionName} */ (kind === "audio" ? "microphone" : "camera");
        return (await navigator.permissions.query({ name })).state === "granted";
    } catch {
        return false;
    }
}
