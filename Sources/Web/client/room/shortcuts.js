// SPDX-License-Identifier: Apache-2.0
// Keys of a call. They can be switched off (WCAG 2.2, 2.1.4), and none counts while one writes or presses a button.

import { onEnd, signal } from "../core/signal.js";
import { local } from "../core/storage.js";

const storageKey = "sterna.keys";

/** Whether the keys count. */
export const hasKeys = signal(local.read(storageKey) !== false);

/** @param {boolean} isOn */
export function setKeys(isOn) {
    hasKeys.set(isOn);
    local.write(storageKey, isOn ? null : false);
}

/**
 * For the life of the present scope.
 * @param {object} does What the keys do.
 * @param {() => void} does.microphone
 * @param {() => void} does.camera
 * @param {() => void} does.full
 * @param {() => void} does.away
 * @param {(isHeld: boolean) => void} does.talk
 */
export function shortcuts(does) {
    let isTalking = false;
    const isBusy = (/** @type {EventTarget | null} */ target) =>
        target instanceof Element && target.closest("input:not([type='checkbox']), textarea, select, dialog, [contenteditable]") !== null;
    /** @param {KeyboardEvent} event */
    const down = (event) => {
        if (!hasKeys.peek() || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
        if (event.code === "Space") {
            // On a button the space bar presses it.
            if (event.target instanceof Element && event.target.closest("button, a, summary, [tabindex='0']")) return;
            event.preventDefault();
            if (!event.repeat && !isTalking) does.talk((isTalking = true));
            return;
        }
        if (event.repeat) return;
        if (event.code === "KeyM") does.microphone();
        else if (event.code === "KeyV") does.camera();
        else if (event.code === "KeyF") does.full();
        else if (event.code === "Escape") does.away();
    };
    const release = () => {
        if (isTalking) does.talk((isTalking = false));
    };
    /** @param {KeyboardEvent} event */
    const up = (event) => event.code === "Space" && release();
    document.addEventListener("keydown", down);
    document.addEventListener("keyup", up);
    window.addEventListener("blur", release);
    onEnd(() => {
        document.removeEventListener("keydown", down);
        document.removeEventListener("keyup", up);
        window.removeEventListener("blur", release);
    });
}
