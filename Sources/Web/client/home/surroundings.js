// SPDX-License-Identifier: Apache-2.0
// Where a call cannot work, and what to do instead.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";

/** @typedef {"insecure" | "in-app" | "no-calls"} Obstacle */

/** Browsers inside other apps: they often have no camera, and say so only when it is too late. */
const inApp = /\b(FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|GSA\/|Twitter|VKAndroidApp|VKClient|OKApp|Snapchat|TikTok|musical_ly)/;

/** @returns {Obstacle | null} */
export function obstacle() {
    if (inApp.test(navigator.userAgent)) return "in-app";
    if (typeof RTCPeerConnection !== "function") return "no-calls";
    if (!isSecureContext || !navigator.mediaDevices) return "insecure";
    return null;
}

/** The notice that says so, or null where there is no obstacle. */
export function notice() {
    const found = obstacle();
    if (!found) return null;
    const [title, text] = /** @type {const} */ ({
        insecure: ["insecureTitle", "insecureText"],
        "in-app": ["inAppTitle", "inAppText"],
        "no-calls": ["noCallsTitle", "noCallsText"],
    })[found];
    return h(
        "section",
        { class: "notice warning", "aria-labelledby": "obstacle", "data-obstacle": found },
        icon("warning"),
        h("div", {}, h("h2", { id: "obstacle" }, () => t(title)), h("p", {}, () => t(text))),
    );
}
