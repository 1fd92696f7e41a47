// SPDX-License-Identifier: Apache-2.0
// One press of the button: what the camera and microphone give, cut into chunks.

import { log } from "../debug.js";
import { pictureEntry, recordable, recordableApart } from "./formats.js";
import { Weaver } from "./weaver.js";

/** How often a chunk is cut, in milliseconds. */
const timeslice = 100;
/** Every so often a whole picture comes, at which a newcomer can begin. In milliseconds. */
const wholePicture = 500;

/** @typedef {MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number }} Options */

export class Recording {
    /**
     * @param {MediaStreamTrack} audio
     * @param {MediaStreamTrack | null} video
     * @param {(chunk: Blob) => void} send
     */
    constructor(audio, video, send) {
        this.send = send;
        /** @type {Blob[]} */
        this.kept = [];
        this.isOnAir = false;
        this.isOver = false;
        /** @type {MediaRecorder[]} */
        this.recorders = [];
        /**
         * Pieces are read one after the other.
         * @type {Promise<void>}
         */
        this.queue = Promise.resolve();
        const parts = video ? recordableApart() : null;
        if (video && parts) this.recordApart(audio, video, parts);
        else this.recordTogether([audio, ...(video ? [video] : [])]);
    }

    /**
     * By a recorder each, whose streams are made one here.
     * @param {MediaStreamTrack} audio
     * @param {MediaStreamTrack} video
     * @param {{ sound: string, picture: string }} parts
     */
    recordApart(audio, video, parts) {
        const weaver = new Weaver(pictureEntry(parts.picture, video.getSettings()));
        const take = (/** @type {"sound" | "picture"} */ kind) => (/** @type {Blob} */ data) => {
            const now = performance.now();
            this.queue = this.queue.then(async () => {
                const bytes = weaver.take(kind, new Uint8Array(await data.arrayBuffer()), now);
                if (bytes.length > 0) this.take(new Blob([bytes]));
            });
        };
        this.begin([audio], { mimeType: parts.sound, audioBitsPerSecond: 32_000 }, take("sound"));
        this.begin([video], { mimeType: parts.picture, videoBitsPerSecond: 500_000, videoKeyFrameIntervalDuration: wholePicture }, take("picture"));
        this.last = () => weaver.finish();
    }

    /** @param {MediaStreamTrack[]} tracks */
    recordTogether(tracks) {
        const mimeType = recordable(tracks.length > 1);
        if (mimeType === null) throw new DOMException("no recorder", "NotSupportedError");
        const bits = { audioBitsPerSecond: 32_000, videoBitsPerSecond: 500_000, videoKeyFrameIntervalDuration: wholePicture };
        this.begin(tracks, { mimeType, ...bits }, (data) => this.take(data));
    }

    /**
     * @param {MediaStreamTrack[]} tracks
     * @param {Options} options
     * @param {(data: Blob) => void} take
     */
    begin(tracks, options, take) {
        const recorder = new MediaRecorder(new MediaStream(tracks), options);
        recorder.ondataavailable = ({ data }) => data.size > 0 && take(data);
        recorder.onerror = (event) => log("recorder", String(event));
        recorder.start(timeslice);
        this.recorders.push(recorder);
    }

    /** What is still to be said when the recorders have ended. */
    last = () => new Uint8Array(0);

    /** @param {Blob} data */
    take(data) {
        if (this.isOver || data.size === 0) return;
        if (this.isOnAir) this.send(data);
        else this.kept.push(data);
    }

    /** The air is ours: what was kept goes out, and all that comes. */
    air() {
        this.isOnAir = true;
        for (const chunk of this.kept.splice(0)) this.send(chunk);
    }

    /**
     * Ends it; the last chunk still goes out.
     * @param {() => void} flushed
     */
    finish(flushed) {
        const ends = this.recorders.map(
            (recorder) =>
                new Promise((done) => {
                    if (recorder.state === "inactive") return done(null);
                    recorder.onstop = done;
                    recorder.stop();
                }),
        );
        void Promise.all(ends).then(() => this.queue).then(() => {
            this.take(new Blob([this.last()]));
            if (!this.isOver) flushed();
        });
    }

    /** Ends it, and nothing more goes out. */
    discard() {
        this.isOver = true;
        for (const recorder of this.recorders) {
            recorder.onstop = null;
            if (recorder.state !== "inactive") recorder.stop();
        }
    }
}
