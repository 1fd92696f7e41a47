// SPDX-License-Identifier: Apache-2.0
// Who comes and goes: a tone, a line, a word to a screen reader, and where nobody looks the title and the system's notice.

import { say } from "../core/announce.js";
import { choose, h } from "../core/dom.js";
import { t } from "../core/language.js";
import { asset } from "../core/place.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { log } from "../debug.js";
import { playTune } from "../media/tones.js";

/** @typedef {import("../call/call.js").News} Told */
/** @typedef {import("../media/tones.js").Tune} Tune */

/** @type {Record<Told["kind"], import("../core/language.js").Word>} */
const words = { came: "newsCame", left: "newsLeft", away: "newsAway", back: "newsBack" };

/**
 * Upwards for who comes, downwards for who goes.
 * @type {Partial<Record<Told["kind"], Tune>>}
 */
const tunes = {
    came: [
        { at: 0, hertz: 523, seconds: 0.1, loudness: 0.08 },
        { at: 0.12, hertz: 659, seconds: 0.16, loudness: 0.08 },
    ],
    left: [
        { at: 0, hertz: 523, seconds: 0.1, loudness: 0.08 },
        { at: 0.12, hertz: 392, seconds: 0.16, loudness: 0.08 },
    ],
};

/** How long the line stands once somebody looks, in milliseconds. */
const shown = 8000;

/** What happened last; an object of its own each time. */
const latest = signal(/** @type {Told | null} */ (null));
const isLooked = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => isLooked.set(document.visibilityState === "visible"));

/** @param {Told} told */
function sentence({ kind, name }) {
    return t(words[kind], { name: name || t("guest") });
}

/** @param {Told} told */
export function news(told) {
    latest.set({ ...told });
    say(sentence(told));
    playTune(tunes[told.kind] ?? []);
    if (!isLooked.peek()) notify(sentence(told));
}

/** The line, for a while once the page is looked at. */
export function newsLine() {
    latest.set(null);
    effect(() => {
        if (!latest() || !isLooked()) return;
        const timer = window.setTimeout(() => latest.set(null), shown);
        onEnd(() => clearTimeout(timer));
    });
    return choose(latest, (told) =>
        h("p", { class: "news-line", "data-news": /** @type {Told} */ (told).kind }, () => sentence(/** @type {Told} */ (told))),
    );
}

/** What the title says of somebody who came or went while nobody looked; empty if nothing. */
export function newsTitle() {
    const told = latest();
    return told && !isLooked() ? sentence(told) : "";
}

/** Whether the system may be asked to show something; null where it cannot. */
export const mayNotify = signal(typeof Notification === "function" ? Notification.permission : null);

/** To be called when the person presses a button for it. */
export async function askToNotify() {
    mayNotify.set(await Notification.requestPermission());
}

/** @param {string} text */
function notify(text) {
    if (mayNotify.peek() !== "granted") return;
    try {
        const notice = new Notification(text, { icon: asset("images/tern.svg"), tag: "sterna-room" });
        notice.onclick = () => {
            window.focus();
            notice.close();
        };
    } catch (error) {
        // Telephones want a service worker for it.
        log("notice", String(error));
    }
}
