// SPDX-License-Identifier: Apache-2.0
// One press of the button: what the camera and microphone give, cut into chunks.

import { log } from "../debug.js";
import { recordable } from "./formats.js";

/** How often a chunk is cut, in milliseconds. */
const timeslice = 100;
/** Every so often a whole picture comes, at which a newcomer can begin. In milliseconds. */
const wholePicture = 500;

export class Recording {
    /**
     * @param {MediaStreamTrack[]} tracks
     * @param {(chunk: Blob) => void} send
     */
    constructor(tracks, send) {
        this.send = send;
        /** @type {Blob[]} */
        this.kept = [];
        this.isOnAir = false;
        this.isOver = false;
        const hasPicture = tracks.some((track) => track.kind === "video");
        const mimeType = recordable(hasPicture);
        if (mimeType === null) throw new DOMException("no recorder", "NotSupportedError");
        /** @type {MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number }} */
        const options = { mimeType, audioBitsPerSecond: 32_000, videoBitsPerSecond: 500_000, videoKeyFrameIntervalDuration: wholePicture };
        this.recorder = new MediaRecorder(new MediaStream(tracks), options);
        this.recorder.ondataavailable = ({ data }) => this.take(data);
        this.recorder.onerror = (event) => log("recorder", String(event));
        this.recorder.start(timeslice);
    }

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
        if (this.recorder.state === "inactive") {
            flushed();
            return;
        }
        this.recorder.onstop = flushed;
        this.recorder.stop();
    }

    /** Ends it, and nothing more goes out. */
    discard() {
        this.isOver = true;
        this.recorder.onstop = null;
        if (this.recorder.state !== "inactive") this.recorder.stop();
    }
}
