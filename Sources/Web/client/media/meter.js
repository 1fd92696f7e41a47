// SPDX-License-Identifier: Apache-2.0
// How loud one's own microphone is, also while it is muted for the others.

import { effect, onEnd, signal } from "../core/signal.js";

/** Louder than this is speech, on the meter's scale of 0 to 1. */
const speech = 0.36;
/** A pause between words is no end of speaking. In milliseconds. */
const pause = 600;

/**
 * @param {() => MediaStreamTrack | null} track
 * @returns {{ level: () => number, isSpeaking: () => boolean }} The level is between 0 and 1.
 */
export function meter(track) {
    const level = signal(0);
    const isSpeaking = signal(false);
    effect(() => {
        const present = track();
        level.set(0);
        isSpeaking.set(false);
        if (present) listen(present, level, isSpeaking);
    });
    return { level, isSpeaking };
}

/**
 * @param {MediaStreamTrack} track
 * @param {import("../core/signal.js").Signal<number>} level
 * @param {import("../core/signal.js").Signal<boolean>} isSpeaking
 */
function listen(track, level, isSpeaking) {
    // A clone hears also what is not sent.
    const ear = track.clone();
    ear.enabled = true;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(new MediaStream([ear])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let spokeAt = -Infinity;

    const resume = () => void context.resume().catch(() => {});
    const timer = window.setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        // From −60 dB, silence, to −10 dB, close and loud.
        const decibels = 10 * Math.log10(power + 1e-9);
        const loudness = Math.min(1, Math.max(0, (decibels + 60) / 50));
        level.set(Math.round(loudness * 20) / 20);
        if (loudness > speech) spokeAt = performance.now();
        isSpeaking.set(performance.now() - spokeAt < pause);
    }, 100);
    window.addEventListener("pointerdown", resume);
    window.addEventListener("keydown", resume);
    onEnd(() => {
        clearInterval(timer);
        window.removeEventListener("pointerdown", resume);
        window.removeEventListener("keydown", resume);
        ear.stop();
        void context.close().catch(() => {});
    });
}
