// SPDX-License-Identifier: Apache-2.0
// What is said to a screen reader without moving its focus: one polite region and one assertive (WCAG 2.2, 4.1.3).

import { h } from "./dom.js";

const polite = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
const assertive = h("div", { class: "unseen", role: "alert", "aria-live": "assertive" });

/** @type {string[]} */
let pending = [];
let timer = 0;

/** The two regions, to be put into the page once. */
export const regions = [polite, assertive];

/**
 * Says something when the reader has a moment; what comes in a burst is said together.
 * @param {string} sentence
 */
export function say(sentence) {
    if (!pending.includes(sentence)) pending.push(sentence);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
        polite.textContent = pending.join(" ");
        pending = [];
    }, 400);
}

/**
 * Says something at once.
 * @param {string} sentence
 */
export function interrupt(sentence) {
    // The same words twice are only read again when the region was empty in between.
    assertive.textContent = "";
    window.setTimeout(() => (assertive.textContent = sentence), 50);
}
