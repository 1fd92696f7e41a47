// SPDX-License-Identifier: Apache-2.0
// Two streams made of one: the voice for one player and the picture for another, so that sound never waits for a picture.
// It touches nothing.

import { Reader, cluster, head, join, longestCluster, simpleBlock } from "./webm.js";

/** @typedef {import("./webm.js").Block} Block */
/** @typedef {import("./webm.js").Track} Track */

/** As long as a picture may stand, in milliseconds. */
export const longestFrame = 1000;

export class Splitter {
    constructor() {
        this.reader = new Reader();
        /** @type {Map<number, Strand>} */
        this.strands = new Map();
    }

    /**
     * What each of the two players gets of a piece.
     * @param {Uint8Array} piece
     * @returns {{ sound: Uint8Array, picture: Uint8Array }}
     */
    take(piece) {
        /** @type {{ sound: Uint8Array[], picture: Uint8Array[] }} */
        const out = { sound: [], picture: [] };
        for (const block of this.reader.read(piece)) {
            const strand = this.strand(block.track);
            strand?.write(block, strand.track.isPicture ? out.picture : out.sound);
        }
        return { sound: join(out.sound), picture: join(out.picture) };
    }

    /**
     * What was given for a player was lost: it begins anew with what comes.
     * @param {boolean} isPicture
     */
    restart(isPicture) {
        for (const strand of this.strands.values()) if (strand.track.isPicture === isPicture) strand.restart();
    }

    /** Whether it cannot be understood. */
    get isBroken() {
        return this.reader.isBroken;
    }

    /** @param {number} number */
    strand(number) {
        const known = this.strands.get(number);
        if (known) return known;
        const track = this.reader.tracks.find((one) => one.number === number);
        // One voice and one picture: a second of either is nobody's.
        if (!track || [...this.strands.values()].some((one) => one.track.isPicture === track.isPicture)) return null;
        const made = new Strand(track);
        this.strands.set(number, made);
        return made;
    }
}

/** The blocks of one track, as a stream of its own. */
class Strand {
    /** @param {Track} track */
    constructor(track) {
        this.track = track;
        this.hasHead = false;
        /** @type {number | null} */
        this.clusterTime = null;
    }

    restart() {
        this.clusterTime = null;
    }

    /**
     * @param {Block} block
     * @param {Uint8Array[]} out
     */
    write(block, out) {
        // What comes before the first whole picture shows nothing.
        if (this.clusterTime === null && this.track.isPicture && !block.isKey) return;
        if (!this.hasHead) out.push(head([this.track], longestFrame));
        this.hasHead = true;
        const age = this.clusterTime === null ? Infinity : block.time - this.clusterTime;
        if (this.clusterTime === null || age < 0 || age >= longestCluster || (this.track.isPicture && block.isKey)) {
            this.clusterTime = Math.round(block.time);
            out.push(cluster(this.clusterTime));
        }
        out.push(simpleBlock(block, this.clusterTime));
    }
}
