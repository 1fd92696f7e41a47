// SPDX-License-Identifier: Apache-2.0
// How a call sounds: a small bell for whoever is called, the long tone of a telephone for whoever calls.

/** @typedef {import("../media/tones.js").Tune} Tune */

/** @type {{ tune: Tune, period: number }} */
export const bell = {
    tune: [0, 0.18, 0.36, 0.9, 1.08, 1.26].flatMap((at, index) => [
        { at, hertz: [659, 784, 988][index % 3] ?? 659, seconds: 0.16, loudness: 0.2 },
        { at, hertz: ([659, 784, 988][index % 3] ?? 659) * 2, seconds: 0.1, loudness: 0.05 },
    ]),
    period: 3000,
};

/** @type {{ tune: Tune, period: number }} */
export const ringback = { tune: [{ at: 0, hertz: 425, seconds: 1, loudness: 0.08 }], period: 4000 };

/** @type {Tune} */
export const busy = [0, 0.5, 1].map((at) => ({ at, hertz: 425, seconds: 0.25, loudness: 0.1 }));

/** @type {Tune} */
export const over = [
    { at: 0, hertz: 523, seconds: 0.1, loudness: 0.1 },
    { at: 0.12, hertz: 392, seconds: 0.16, loudness: 0.1 },
];
