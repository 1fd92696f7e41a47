// SPDX-License-Identifier: Apache-2.0
// How a listener stays at the live edge: a browser that began late would otherwise stay late.

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

/**
 * @param {object} given
 * @param {number} given.time Where the player is, in seconds.
 * @param {number} given.rate Its present pace.
 * @param {{ start: number, end: number }[]} given.ranges What it has.
 * @param {boolean} given.isLive Whether there is an edge to keep to.
 * @returns {{ seek: number | null, rate: number }}
 */
export function pace({ time, rate, ranges, isLive }) {
    const here = ranges.find(({ start, end }) => time >= start - 0.01 && time < end);
    const next = ranges.find(({ start }) => start > time);
    const last = ranges[ranges.length - 1];
    // Who came in the middle begins where the stream does for them; what was left out is jumped over.
    if (!here && next) return { seek: next.start, rate: 1 };
    if (!here || !last || !isLive) return { seek: null, rate: 1 };
    const behind = last.end - time;
    if (behind > hopeless) return { seek: Math.max(last.start, last.end - margin), rate: 1 };
    if (behind > late) return { seek: null, rate: hurried };
    return { seek: null, rate: behind < near ? 1 : rate };
}
