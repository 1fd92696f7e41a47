// SPDX-License-Identifier: Apache-2.0
// How much picture goes to each of the others. Every link has an encoder of its own, so more people means less each.

/** @typedef {{ bitrate: number, height: number, frameRate: number }} Share Bits per second, pixels, frames per second. */

/**
 * By how many others there are: one, two, three.
 * @type {Share[]}
 */
const shares = [
    { bitrate: 1_200_000, height: 720, frameRate: 30 },
    { bitrate: 600_000, height: 540, frameRate: 24 },
    { bitrate: 350_000, height: 360, frameRate: 20 },
];

/** @type {Share} */
const telephone = { bitrate: 600_000, height: 360, frameRate: 24 };

/**
 * What somebody who spares the network lets through.
 * @type {Share}
 */
const sparing = { bitrate: 250_000, height: 270, frameRate: 15 };

/** Fractions of the share, best first; at the last rung there is only voice. */
const rungs = [1, 0.5, 0.2, 0];
export const lowestRung = rungs.length - 1;

/**
 * What one link may use, or null when only voice is left.
 * @param {number} others How many people the picture goes to.
 * @param {number} rung Zero is best.
 * @param {boolean} isTelephone
 * @param {"hd" | "sd" | "sound"} [quality] What the person chose.
 * @returns {Share | null}
 */
export function share(others, rung, isTelephone, quality = "hd") {
    if (quality === "sound") return null;
    const full = least(shares[Math.min(Math.max(others, 1), shares.length) - 1] ?? telephone, quality === "sd" ? sparing : null);
    const fraction = rungs[Math.min(rung, lowestRung)] ?? 0;
    if (fraction === 0) return null;
    const { bitrate, height, frameRate } = least(full, isTelephone ? telephone : null);
    return {
        bitrate: Math.round(bitrate * fraction),
        // The eye forgives fewer pixels sooner than it forgives blocks.
        height: Math.round(height * Math.sqrt(fraction)),
        frameRate: fraction < 0.5 ? Math.min(frameRate, 15) : frameRate,
    };
}

/**
 * @param {Share} one
 * @param {Share | null} other
 * @returns {Share}
 */
function least(one, other) {
    if (!other) return one;
    return {
        bitrate: Math.min(one.bitrate, other.bitrate),
        height: Math.min(one.height, other.height),
        frameRate: Math.min(one.frameRate, other.frameRate),
    };
}

/**
 * Applies a share to the sender of the camera's picture.
 * @param {RTCRtpSender} sender
 * @param {Share | null} limit
 */
export async function apply(sender, limit) {
    const parameters = sender.getParameters();
    const encoding = parameters.encodings?.[0];
    if (!encoding) return;
    const height = sender.track?.getSettings().height ?? 0;
    encoding.active = limit !== null;
    if (limit) {
        encoding.maxBitrate = limit.bitrate;
        encoding.maxFramerate = limit.frameRate;
        encoding.scaleResolutionDownBy = Math.max(1, height / limit.height);
    }
    await sender.setParameters({ ...parameters, degradationPreference: "maintain-framerate" });
}
