// SPDX-License-Identifier: Apache-2.0
// The second click of a double click means nothing where the first has changed the screen: it would press whatever has
// come to be under the pointer, and on "Join" that may be "Leave".

/** Two clicks are one double click within this time, in milliseconds. */
const quick = 500;
/** And no further apart than this, in pixels: a mouse lies still, a finger comes down beside where it was. */
const close = { mouse: 8, finger: 24 };

/** @typedef {{ element: unknown, x: number, y: number, at: number, isMouse?: boolean }} Press */

/** The rule, which touches nothing. */
export class Calm {
    constructor() {
        /** @type {Press | null} */
        this.last = null;
    }

    /**
     * Whether a press counts: not at the place and in the moment of the one before, when what that pressed is gone.
     * @param {Press} press
     * @param {(element: unknown) => boolean} isGone Whether something has left the page.
     */
    admits(press, isGone) {
        const { last } = this;
        const reach = press.isMouse ? close.mouse : close.finger;
        const isSecond =
            last !== null && press.at - last.at < quick && Math.abs(press.x - last.x) < reach && Math.abs(press.y - last.y) < reach;
        if (isSecond && press.element !== last.element && isGone(last.element)) return false;
        this.last = press;
        return true;
    }
}

/** Watches over every press of a finger or a mouse on this page. */
export function keepCalm() {
    const calm = new Calm();
    let isRefused = false;
    const isGone = (/** @type {unknown} */ element) => element instanceof Node && !element.isConnected;
    const control = (/** @type {EventTarget | null} */ target) =>
        target instanceof Element ? target.closest("button, a, summary, label, select, input, dialog") ?? document.body : target;
    /** @param {MouseEvent} event */
    const refuse = (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
    };
    document.addEventListener(
        "pointerdown",
        (event) => {
            const { clientX: x, clientY: y, timeStamp: at } = event;
            const press = { element: control(event.target), x, y, at, isMouse: event.pointerType === "mouse" };
            isRefused = !calm.admits(press, isGone);
            if (isRefused) refuse(event);
        },
        true,
    );
    document.addEventListener(
        "click",
        (event) => {
            // A click that no pointer made is a key's or an assistive technology's.
            if (isRefused && event.detail > 0) refuse(event);
        },
        true,
    );
}
