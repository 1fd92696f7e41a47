// SPDX-License-Identifier: Apache-2.0
// How a listener stays at the live edge: a browser that began late would otherwise stay late.

/** @typedef {{ start: number, end: number }} Range In seconds. */
/** @typedef {{ seek: number | null, rate: number }} Advice Where to jump, and how fast to go on. */

/** More than this behind is made good, in seconds. */
const late = 0.6;
/** Near enough to the edge to go on at the usual pace. */
const near = 0.3;
/** Behind by more than this nobody would catch up by hurrying. */
const hopeless = 2;
/** What is left to play when one jumps. */
const margin = 0.25;
/** Voices at this pace still sound like themselves. */
const hurried = 1.15;
/** So close to a gap an element stands still. */
const brink = 0.05;

/**
 * @param {object} given
 * @param {number} given.time Where the player is, in seconds.
 * @param {number} given.rate Its present pace.
 * @param {Range[]} given.ranges What it has.
 * @param {boolean} given.isLive Whether there is an edge to keep to.
 * @returns {Advice}
 */
export function pace({ time, rate, ranges, isLive }) {
    const here = ranges.find(({ start, end }) => time >= start - 0.01 && time < end);
    const next = ranges.find(({ start }) => start > time);
    const last = ranges[ranges.length - 1];
    // Who came in the middle begins where the stream does for them; what was left out is jumped over.
    if (next && (!here || here.end - time < brink)) return { seek: next.start, rate: 1 };
    if (!here || !last || !isLive) return { seek: null, rate: 1 };
    const behind = last.end - time;
    if (behind > hopeless) return { seek: Math.max(last.start, last.end - margin), rate: 1 };
    if (behind > late) return { seek: null, rate: hurried };
    return { seek: null, rate: behind < near ? 1 : rate };
}

/** Lips and words this close belong together, in seconds. */
const together = 0.08;
/** Further apart one jumps. */
const apart = 0.4;
/** A jump gets the time to arrive; where it cannot, because there is no picture, another is tried this much later. */
const stuck = 1;

/**
 * How a picture keeps to the voice that it belongs to.
 * @param {object} given
 * @param {number | null} given.leader Where the voice is; null before it has begun.
 * @param {number} given.time Where the picture is.
 * @param {boolean} given.isSeeking Whether it is on its way after a jump.
 * @param {Range[]} given.ranges What pictures there are.
 * @returns {Advice}
 */
export function follow({ leader, time, isSeeking, ranges }) {
    if (leader === null) return pace({ time, rate: 1, ranges, isLive: false });
    const ahead = time - leader;
    if (Math.abs(ahead) > (isSeeking ? stuck : apart)) {
        // The voice is where there is no picture: the last one stands until there is.
        const isThere = ranges.some(({ start, end }) => leader >= start && leader < end);
        return { seek: isThere ? leader : null, rate: 1 };
    }
    if (Math.abs(ahead) <= together) return { seek: null, rate: 1 };
    return { seek: null, rate: ahead > 0 ? 0.9 : 1.1 };
}
