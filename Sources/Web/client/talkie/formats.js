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

/** Voice and picture by a recorder each; null where the browser does not make what can be put together here. */
export function recordableApart() {
    if (typeof MediaRecorder !== "function") return null;
    const sound = "audio/webm;codecs=opus";
    const picture = ["video/webm;codecs=vp8", "video/webm;codecs=vp9"].find((type) => MediaRecorder.isTypeSupported(type));
    return picture && MediaRecorder.isTypeSupported(sound) ? { sound, picture } : null;
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
 * What the voice and the picture of a WebM stream are, each on its own; null for what is not in it.
 * @param {string} mime
 */
export function partsOf(mime) {
    const [, type = "", list = ""] = /^([^;]*)(?:;\s*codecs="?([^"]*)"?)?/.exec(mime) ?? [];
    if (type !== "video/webm") return { sound: null, picture: null };
    const codecs = list.split(",").map((codec) => codec.trim());
    const voices = codecs.filter((codec) => codec === "opus" || codec === "vorbis");
    const pictures = codecs.filter((codec) => codec && !voices.includes(codec));
    return {
        sound: voices.length === 1 ? `audio/webm;codecs="${voices[0]}"` : null,
        picture: pictures.length === 1 ? `video/webm;codecs="${pictures[0]}"` : null,
    };
}

/**
 * What stands in the TrackEntry of a recorded picture (RFC 9559 §5.1.4.1): a camera that is slow has not said it yet when
 * the voice goes out.
 * @param {string} mime
 * @param {{ width?: number, height?: number }} size
 */
export function pictureEntry(mime, { width = 640, height = 360 }) {
    const codec = new TextEncoder().encode(mime.includes("vp9") ? "V_VP9" : "V_VP8");
    const two = (/** @type {number} */ value) => [value >> 8, value & 0xff];
    const frame = [0xb0, 0x82, ...two(width), 0xba, 0x82, ...two(height)];
    return Uint8Array.of(0x73, 0xc5, 0x81, 0x02, 0x83, 0x81, 0x01, 0x86, 0x80 | codec.length, ...codec, 0xe0, 0x80 | frame.length, ...frame);
}

/**
 * The name of a container for people.
 * @param {string} mime
 */
export const containerOf = (mime) => (/mp4/.test(mime) ? "MP4" : /webm/.test(mime) ? "WebM" : mime);
