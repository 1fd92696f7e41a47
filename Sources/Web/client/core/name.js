// SPDX-License-Identifier: Apache-2.0

/** What the server takes no name with: controls, and marks that turn the direction of writing around. */
const forbidden = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A name as the server takes it: up to 64 characters after composing, without controls; empty when nothing is left.
 * @param {string} text
 */
export function cleanName(text) {
    const composed = text.replace(forbidden, " ").normalize("NFC").replace(/\s+/g, " ").trim();
    return [...composed].slice(0, 64).join("").trim();
}
