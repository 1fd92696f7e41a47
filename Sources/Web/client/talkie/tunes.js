// SPDX-License-Identifier: Apache-2.0
// What the walkie-talkie says without words: a double chirp when the air is yours, a low one when it is not, a soft one
// when it is free again.

/** @typedef {import("../media/tones.js").Tune} Tune */

/** @type {Record<"grant" | "busy" | "free" | "taken", Tune>} */
export const tunes = {
    grant: [
        { at: 0, hertz: 880, seconds: 0.07 },
        { at: 0.09, hertz: 1175, seconds: 0.09 },
    ],
    busy: [
        { at: 0, hertz: 300, seconds: 0.13 },
        { at: 0.18, hertz: 300, seconds: 0.13 },
        { at: 0.36, hertz: 300, seconds: 0.13 },
    ],
    free: [{ at: 0, hertz: 620, seconds: 0.1, loudness: 0.09 }],
    taken: [
        { at: 0, hertz: 620, seconds: 0.12 },
        { at: 0.14, hertz: 415, seconds: 0.2 },
    ],
};
