// SPDX-License-Identifier: Apache-2.0
// One stream made of two: what one recorder says of the voice and another of the picture. A recorder of both holds the
// voice back until the camera gives a frame; here sound never waits for a picture. It touches nothing.

import { longestFrame } from "./splitter.js";
import { Reader, cluster, head, join, longestCluster, simpleBlock } from "./webm.js";

/** @typedef {import("./webm.js").Block} Block */
/** @typedef {import("./webm.js").Track} Track */

const soundTrack = 1;
const pictureTrack = 2;
/** Somebody who comes in the middle begins at a cluster: without pictures there is one this often, in milliseconds. */
const joint = 1000;
/** A picture waits this long for the sound that belongs to it, in milliseconds. */
const patience = 400;

export class Weaver {
    /** @param {Uint8Array | null} picture What stands in the picture's TrackEntry; null where there is no picture. */
    constructor(picture) {
        this.picture = picture;
        this.readers = { sound: new Reader(), picture: new Reader() };
        /** When each of the streams began, in milliseconds of the clock that is told; null until it has. */
        this.zero = { sound: /** @type {number | null} */ (null), picture: /** @type {number | null} */ (null) };
        /** @type {Block[]} */
        this.waiting = [];
        this.hasHead = false;
        /** @type {number | null} */
        this.clusterTime = null;
        this.last = 0;
        this.soundAt = -Infinity;
    }

    /**
     * What to send for a piece of one of the streams; empty when there is nothing yet.
     * @param {"sound" | "picture"} kind
     * @param {Uint8Array} piece
     * @param {number} now In milliseconds.
     */
    take(kind, piece, now) {
        const blocks = this.readers[kind].read(piece);
        const newest = blocks[blocks.length - 1];
        if (newest && this.zero[kind] === null) this.zero[kind] = now - newest.time;
        /** @type {Uint8Array[]} */
        const out = [];
        if (kind === "sound") {
            for (const block of blocks) {
                this.begin(out);
                this.release(block.time, out);
                this.write({ ...block, track: soundTrack }, out);
                this.soundAt = now;
            }
        } else {
            this.waiting.push(...blocks);
        }
        // Whatever is late already goes out; and all, when there is no sound to wait for.
        if (this.hasHead) this.release(now - this.soundAt > patience ? Infinity : this.last, out);
        return join(out);
    }

    /** What was still waiting. */
    finish() {
        /** @type {Uint8Array[]} */
        const out = [];
        if (this.hasHead) this.release(Infinity, out);
        return join(out);
    }

    /** @param {Uint8Array[]} out */
    begin(out) {
        const [sound] = this.readers.sound.tracks;
        if (this.hasHead || !sound) return;
        this.hasHead = true;
        /** @type {Track[]} */
        const tracks = [{ number: soundTrack, isPicture: false, entry: sound.entry }];
        if (this.picture) tracks.push({ number: pictureTrack, isPicture: true, entry: this.picture });
        out.push(head(tracks, longestFrame));
    }

    /**
     * Writes the pictures up to a time of the sound.
     * @param {number} time
     * @param {Uint8Array[]} out
     */
    release(time, out) {
        const shift = (this.zero.picture ?? 0) - (this.zero.sound ?? 0);
        while (this.waiting[0] && this.waiting[0].time + shift <= time) {
            const block = /** @type {Block} */ (this.waiting.shift());
            this.write({ ...block, track: pictureTrack, time: block.time + shift }, out);
        }
    }

    /**
     * Times never go back in a stream.
     * @param {Block} block
     * @param {Uint8Array[]} out
     */
    write(block, out) {
        this.last = Math.max(this.last, Math.round(block.time));
        const age = this.clusterTime === null ? Infinity : this.last - this.clusterTime;
        const isJoint = block.track === pictureTrack ? block.isKey || age >= longestCluster : age >= joint;
        if (this.clusterTime === null || isJoint) {
            this.clusterTime = this.last;
            out.push(cluster(this.last));
        }
        out.push(simpleBlock({ ...block, time: this.last }, this.clusterTime));
    }
}
