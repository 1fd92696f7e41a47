// SPDX-License-Identifier: Apache-2.0
// A picture is drawn anew before it goes out: smaller, and without where and with what it was taken.

import { credentials } from "../people/me.js";

/** The longer side, in pixels. */
const longest = 1600;
/** What a picture may weigh, in bytes. */
const heaviest = 900_000;

/** @typedef {"not-a-picture" | "too-big" | "refused" | "unreachable"} Problem */

/**
 * Puts a picture on the server; the answer is its path, or why there is none.
 * @param {Blob} file
 * @returns {Promise<{ path: string } | { problem: Problem }>}
 */
export async function upload(file) {
    const small = await shrink(file);
    if (typeof small === "string") return { problem: small };
    try {
        const response = await fetch("/api/images", {
            method: "POST",
            headers: { ...credentials(), "Content-Type": small.type },
            body: small,
        });
        if (!response.ok) return { problem: response.status === 413 ? "too-big" : "refused" };
        return { path: (await response.json()).url };
    } catch {
        return { problem: "unreachable" };
    }
}

/**
 * @param {Blob} file
 * @returns {Promise<Blob | Problem>}
 */
async function shrink(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        return "not-a-picture";
    }
    try {
        for (const [side, quality] of /** @type {const} */ ([[longest, 0.85], [longest, 0.65], [1100, 0.6], [700, 0.5]])) {
            const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
            const canvas = document.createElement("canvas");
            canvas.width = Math.max(1, Math.round(bitmap.width * scale));
            canvas.height = Math.max(1, Math.round(bitmap.height * scale));
            canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
            const blob = (await encoded(canvas, "image/webp", quality)) ?? (await encoded(canvas, "image/jpeg", quality));
            if (blob && blob.size <= heaviest) return blob;
        }
        return "too-big";
    } finally {
        bitmap.close();
    }
}

/**
 * Null where the browser does not write that format.
 * @param {HTMLCanvasElement} canvas
 * @param {string} type
 * @param {number} quality
 * @returns {Promise<Blob | null>}
 */
function encoded(canvas, type, quality) {
    return new Promise((done) => canvas.toBlob((blob) => done(blob?.type === type ? blob : null), type, quality));
}
