// SPDX-License-Identifier: Apache-2.0
// How good a link is, in words that do not flicker: two bad samples in a row make it worse, five good ones better.

/** @typedef {import("./sampler.js").Sample} Sample */
/** @typedef {"good" | "fair" | "poor"} Grade */

/** @type {Grade[]} */
const grades = ["good", "fair", "poor"];
const samplesDown = 2;
const samplesUp = 5;

/** @param {Sample} sample */
function incoming({ roundTrip, lossIn, concealed, freezes }) {
    if (lossIn >= 0.05 || concealed > 0.1 || freezes > 0 || (roundTrip ?? 0) >= 400) return 2;
    return lossIn >= 0.02 || (roundTrip ?? 0) >= 200 ? 1 : 0;
}

/** @param {Sample} sample */
function outgoing({ roundTrip, lossOut, outgoing, isLimited }) {
    if (lossOut >= 0.05 || (roundTrip ?? 0) >= 400 || (isLimited && outgoing !== null && outgoing < 150_000)) return 2;
    return lossOut >= 0.02 || isLimited || (roundTrip ?? 0) >= 200 ? 1 : 0;
}

/**
 * The rung of the bitrate ladder that would do. Mild trouble is left to the browser's own control.
 * @param {Sample} sample
 */
function rung(sample) {
    if (sample.isLimited && sample.outgoing !== null && sample.outgoing < 100_000) return 3;
    if (sample.lossOut >= 0.15) return 2;
    return outgoing(sample) === 2 ? 1 : 0;
}

/** One direction's grade with its inertia. */
class Scale {
    constructor() {
        this.at = 0;
        this.worse = 0;
        this.better = 0;
    }

    /** @param {number} measured */
    weigh(measured) {
        this.worse = measured > this.at ? this.worse + 1 : 0;
        this.better = measured < this.at ? this.better + 1 : 0;
        if (this.worse >= samplesDown) [this.at, this.worse] = [measured, 0];
        if (this.better >= samplesUp) [this.at, this.better] = [this.at - 1, 0];
        return grades[this.at] ?? "poor";
    }
}

export class Quality {
    constructor() {
        this.in = new Scale();
        this.out = new Scale();
        this.ladder = new Scale();
    }

    /**
     * @param {Sample} sample
     * @returns {{ incoming: Grade, outgoing: Grade, rung: number }} The rung of the bitrate ladder that suits the
     * way out, zero being best.
     */
    add(sample) {
        const way = { incoming: this.in.weigh(incoming(sample)), outgoing: this.out.weigh(outgoing(sample)) };
        this.ladder.weigh(rung(sample));
        return { ...way, rung: this.ladder.at };
    }
}
