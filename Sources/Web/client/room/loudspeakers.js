// SPDX-License-Identifier: Apache-2.0
// The elements that sound: one for each of the others' voices, made once, played again when the browser holds back.

import { effect, onEnd, signal } from "../core/signal.js";
import { log } from "../debug.js";

export class Loudspeakers {
    /** @param {() => string} output The speaker that was picked; empty for the system's own. */
    constructor(output) {
        this.output = output;
        /** @type {Set<HTMLAudioElement>} */
        this.elements = new Set();
        /** Whether the browser waits for a tap before it lets anything sound. */
        this.isBlocked = signal(false);
    }

    /**
     * Connects an element for the life of the present scope.
     * @param {HTMLAudioElement} element
     */
    add(element) {
        this.elements.add(element);
        onEnd(() => {
            this.elements.delete(element);
            element.srcObject = null;
        });
        effect(() => {
            const sink = this.output();
            const able = /** @type {{ sinkId?: string, setSinkId?: (id: string) => Promise<void> }} */ (/** @type {unknown} */ (element));
            if (able.sinkId !== sink) able.setSinkId?.(sink).catch((error) => log("speaker", String(error)));
        });
    }

    /** @param {HTMLAudioElement} element */
    async play(element) {
        try {
            await element.play();
            this.isBlocked.set(false);
        } catch (error) {
            log("play", String(error));
            if (error instanceof Error && error.name === "NotAllowedError") this.isBlocked.set(true);
        }
    }

    /** After a tap everything may sound. */
    async unblock() {
        this.isBlocked.set(false);
        await Promise.all([...this.elements].map((element) => this.play(element)));
    }
}
