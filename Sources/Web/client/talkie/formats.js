// SPDX-License-Identifier: Apache-2.0
// What a browser can record and play. Best first: what most others can play too.

const withPicture = [
    "video/webm;codecs=vp8,opus",
    "video/webm;codecs=vp9,opus",
    "video/webm",
    "video/mp4;codecs=avc1.42E01E,mp4a.40.2",
    "video/mp4",
];
const voiceOnly = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4;codecs=mp4a.40.2", "audio/mp4"];

/**
 * What to record in; the empty string leaves it to the browser, null means that it cannot record at all.
 * @param {boolean} hasPicture
 */
export function recordable(hasPicture) {
    if (typeof MediaRecorder !== "function") return null;
    return (hasPicture ? withPicture : voiceOnly).find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

/** @typedef {MediaSource & { readonly streaming?: boolean }} Source */
/** @typedef {{ new (): Source, isTypeSupported(type: string): boolean }} SourceMaker */

/** Telephones of Apple's have the managed kind only. */
const { ManagedMediaSource } = /** @type {{ ManagedMediaSource?: SourceMaker }} */ (/** @type {unknown} */ (globalThis));
/** @type {SourceMaker | undefined} */
export const Source = globalThis.MediaSource ?? ManagedMediaSource;
export const isManaged = Source !== undefined && Source === ManagedMediaSource;

/** @param {string} mime */
export const isPlayable = (mime) => Source?.isTypeSupported(mime) ?? false;

/**
 * The name of a container for people.
 * @param {string} mime
 */
export const containerOf = (mime) => (/mp4/.test(mime) ? "MP4" : /webm/.test(mime) ? "WebM" : mime);
