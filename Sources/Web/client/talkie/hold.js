// SPDX-License-Identifier: Apache-2.0
// The one big button: held by a finger, a mouse, Space or Enter; or tapped once to talk and once more to end.

import { pick } from "../home/share.js";
import { h } from "../core/dom.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { unlockTones } from "../media/tones.js";
import { Grip } from "./grip.js";

/** @typedef {import("../core/icons.js").Icon} Icon */
/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./grip.js").Meaning} Meaning */
/** @typedef {import("./talkie.js").Talkie} Talkie */

/** How long one may talk, in seconds, unless the server was told otherwise. */
const limit = 60;

/** @param {Talkie} talkie */
export function holdButton(talkie) {
    const grip = new Grip();
    const isLocked = signal(false);
    /** @param {Meaning} meaning */
    const act = (meaning) => {
        if (meaning === "press" && !talkie.press()) grip.reset();
        if (meaning === "release") talkie.release();
        isLocked.set(grip.isLocked);
    };
    const isOn = () => ["asking", "talking", "ending"].includes(talkie.state());
    effect(() => {
        // Refused, or taken back: whoever still holds the button must press anew.
        if (isOn()) return;
        grip.reset();
        isLocked.set(false);
    });
    const seconds = remaining(talkie);

    /** @type {HTMLButtonElement} */
    const button = h(
        "button",
        {
            type: "button",
            id: "talk",
            class: "talk",
            "data-state": talkie.state,
            "aria-pressed": () => String(isOn()),
            "aria-describedby": "talk-how",
            onpointerdown: (/** @type {PointerEvent} */ event) => {
                if (event.button !== 0) return;
                unlockTones();
                // A finger that slides off the button still holds it.
                button.setPointerCapture(event.pointerId);
                act(grip.down(performance.now()));
            },
            onpointerup: () => act(grip.up(performance.now())),
            onpointercancel: () => act(grip.let()),
            onlostpointercapture: () => act(grip.up(performance.now())),
            // A click without a finger or key: assistive technology.
            onclick: (/** @type {MouseEvent} */ event) => event.detail === 0 && !wasKey && act(grip.click()),
            oncontextmenu: (/** @type {Event} */ event) => event.preventDefault(),
        },
        h("span", { class: "ring", "aria-hidden": "true" }),
        pick(() => /** @type {Icon} */ (talkie.state() === "listening" ? "sound" : isLocked() ? "lock" : "microphone")),
        h("span", { class: "talk-word" }, () => t(word(talkie, isLocked()))),
        h("span", { class: "talk-time", "aria-hidden": "true" }, () => (talkie.state() === "talking" ? clock(seconds()) : "")),
    );
    effect(() => button.style.setProperty("--left", String(talkie.state() === "talking" ? seconds() / limit : 1)));

    let wasKey = false;
    /** @param {KeyboardEvent} event */
    const keyDown = (event) => {
        if (!isTalkKey(event, button) || event.repeat) return isTalkKey(event, button) && event.preventDefault();
        event.preventDefault();
        wasKey = true;
        act(grip.down(performance.now()));
    };
    /** @param {KeyboardEvent} event */
    const keyUp = (event) => {
        if (!wasKey || (event.code !== "Space" && event.code !== "Enter")) return;
        event.preventDefault();
        act(grip.up(performance.now()));
        window.setTimeout(() => (wasKey = false), 0);
    };
    const away = () => act(grip.let());
    const hidden = () => document.visibilityState === "hidden" && away();
    document.addEventListener("keydown", keyDown);
    document.addEventListener("keyup", keyUp);
    window.addEventListener("blur", away);
    document.addEventListener("visibilitychange", hidden);
    onEnd(() => {
        document.removeEventListener("keydown", keyDown);
        document.removeEventListener("keyup", keyUp);
        window.removeEventListener("blur", away);
        document.removeEventListener("visibilitychange", hidden);
    });
    return button;
}

/**
 * Space and Enter talk, unless the focus is on something that has a use for them.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} button
 */
function isTalkKey(event, button) {
    if ((event.code !== "Space" && event.code !== "Enter") || event.ctrlKey || event.altKey || event.metaKey) return false;
    const at = event.target instanceof Element ? event.target : null;
    return at === button || !at?.closest("button, a, input, select, textarea, summary, dialog, [tabindex='0']");
}

/**
 * @param {Talkie} talkie
 * @param {boolean} isLocked
 * @returns {Word}
 */
function word(talkie, isLocked) {
    switch (talkie.state()) {
        case "away":
            return "talkAway";
        case "free":
            return "talkHold";
        case "asking":
            return "talkAsking";
        case "talking":
            return isLocked ? "talkLocked" : "talkRelease";
        case "ending":
            return "talkEnding";
        case "listening":
            return "talkListen";
    }
}

/**
 * The seconds that are left to talk.
 * @param {Talkie} talkie
 */
function remaining(talkie) {
    const seconds = signal(limit);
    const count = () => seconds.set(Math.max(0, Math.ceil(limit - (performance.now() - talkie.since.peek()) / 1000)));
    effect(() => {
        if (talkie.state() !== "talking") return;
        count();
        const timer = window.setInterval(count, 250);
        onEnd(() => clearInterval(timer));
    });
    return seconds;
}

/** @param {number} seconds */
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
