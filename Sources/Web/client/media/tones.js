// SPDX-License-Identifier: Apache-2.0
// Short signals made of sine waves: no files, and heard without looking.

/** @typedef {{ at: number, hertz: number, seconds: number, loudness?: number }[]} Tune Times in seconds. */

/** @type {AudioContext | null} */
let context = null;

/** To be called when the person taps something: from then on tones may sound. */
export function unlockTones() {
    context ??= new AudioContext();
    void context.resume().catch(() => {});
}

/**
 * Plays a tune once; the answer ends it early.
 * @param {Tune} tune
 */
export function playTune(tune) {
    if (!context || context.state !== "running") return () => {};
    const { currentTime, destination } = context;
    const master = context.createGain();
    master.connect(destination);
    for (const { at, hertz, seconds, loudness = 0.16 } of tune) {
        const [tone, shape] = [context.createOscillator(), context.createGain()];
        const begin = currentTime + at;
        tone.frequency.value = hertz;
        // A tone that begins and ends softly does not click.
        shape.gain.setValueAtTime(0, begin);
        shape.gain.linearRampToValueAtTime(loudness, begin + 0.012);
        shape.gain.setValueAtTime(loudness, begin + Math.max(0.012, seconds - 0.03));
        shape.gain.linearRampToValueAtTime(0, begin + seconds);
        tone.connect(shape).connect(master);
        tone.start(begin);
        tone.stop(begin + seconds);
    }
    return () => master.disconnect();
}

/**
 * Plays a tune again and again; the answer ends it.
 * @param {Tune} tune
 * @param {number} period In milliseconds.
 */
export function repeatTune(tune, period) {
    let stop = playTune(tune);
    const timer = window.setInterval(() => {
        stop = playTune(tune);
    }, period);
    return () => {
        clearInterval(timer);
        stop();
    };
}

/** @param {number | number[]} pattern Milliseconds of trembling and pause. */
export function vibrate(pattern) {
    try {
        navigator.vibrate?.(pattern);
    } catch {
        // A table does not tremble.
    }
}
