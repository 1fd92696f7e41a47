// SPDX-License-Identifier: Apache-2.0
// One's own picture lies in a corner of the others'. It is drawn to another one, or goes to the next at a press.

import { h } from "../core/dom.js";
import { t } from "../core/language.js";
import { signal } from "../core/signal.js";
import { local } from "../core/storage.js";

const storageKey = "sterna.corner";
const corners = ["bottom-right", "bottom-left", "top-left", "top-right"];
/** Moved less than this it was pressed, in pixels. */
const still = 8;

const corner = signal(corners.includes(local.read(storageKey)) ? local.read(storageKey) : "bottom-right");

/** The corner that the person chose last. */
export const presentCorner = () => corner();

/** @param {string | undefined} next */
function settle(next) {
    if (!next) return;
    corner.set(next);
    local.write(storageKey, next);
}

/**
 * What takes the finger, over the whole picture.
 * @param {() => HTMLElement} tile
 */
export function mover(tile) {
    /** @type {{ x: number, y: number, isMoved: boolean } | null} */
    let from = null;
    let wasMoved = false;
    /** @param {PointerEvent} event */
    const move = ({ clientX, clientY }) => {
        if (!from) return;
        const [x, y] = [clientX - from.x, clientY - from.y];
        from.isMoved ||= Math.hypot(x, y) > still;
        if (from.isMoved) tile().style.translate = `${x}px ${y}px`;
    };
    const drop = () => {
        wasMoved = from?.isMoved ?? false;
        from = null;
        const [own, field] = [tile().getBoundingClientRect(), tile().parentElement?.getBoundingClientRect()];
        tile().style.translate = "";
        if (!wasMoved || !field) return;
        const isRight = own.x + own.width / 2 > field.x + field.width / 2;
        const isLow = own.y + own.height / 2 > field.y + field.height / 2;
        settle(`${isLow ? "bottom" : "top"}-${isRight ? "right" : "left"}`);
    };
    return h("button", {
        type: "button",
        class: "mover",
        "aria-label": () => t("moveOwn"),
        title: () => t("moveOwn"),
        onpointerdown: (/** @type {PointerEvent} */ event) => {
            from = { x: event.clientX, y: event.clientY, isMoved: false };
            /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
        },
        onpointermove: move,
        onpointerup: drop,
        onpointercancel: drop,
        onclick: () => {
            if (!wasMoved) settle(corners[(corners.indexOf(corner.peek()) + 1) % corners.length]);
            wasMoved = false;
        },
    });
}
