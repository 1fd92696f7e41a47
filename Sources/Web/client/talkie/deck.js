// SPDX-License-Identifier: Apache-2.0
// What one element plays of a stream that is still being made: a buffer that is filled as it comes and emptied behind.

import { log } from "../debug.js";
import { Source, isManaged } from "./formats.js";
import { join } from "./webm.js";

/** What was heard longer ago than this may be let go of, in seconds: first, and when the browser has no more room. */
const kept = 20;
const leastKept = 2;

export class Deck {
    /**
     * @param {HTMLMediaElement} element
     * @param {{ updated: () => void, failed: () => void, emptied: () => void }} listener `emptied` when the browser had
     *     no room and all was let go of: what comes next must begin anew.
     */
    constructor(element, listener) {
        this.element = element;
        this.listener = listener;
        this.isComplete = false;
        this.kept = kept;
        /** @type {Uint8Array[]} */
        this.queue = [];
        /** @type {import("./formats.js").Source | null} */
        this.source = null;
        /** @type {SourceBuffer | null} */
        this.buffer = null;
        this.address = "";
        element.addEventListener("error", () => {
            if (!this.source) return;
            log("deck", element.error?.message ?? "error");
            this.listener.failed();
        });
    }

    /** @param {string} mime */
    begin(mime) {
        this.stop();
        if (!Source) return this.listener.failed();
        const source = new Source();
        this.source = source;
        source.addEventListener("sourceopen", () => source === this.source && this.open(mime));
        // Apple's managed kind says when it is hungry.
        source.addEventListener("startstreaming", () => this.pump());
        if (isManaged) Object.assign(this.element, { disableRemotePlayback: true });
        this.address = URL.createObjectURL(source);
        this.element.src = this.address;
    }

    /** @param {Uint8Array} bytes */
    push(bytes) {
        if (bytes.length === 0) return;
        this.queue.push(bytes);
        this.pump();
    }

    /** Nothing more comes. */
    complete() {
        this.isComplete = true;
        this.pump();
    }

    stop() {
        this.source = null;
        this.buffer = null;
        this.queue = [];
        this.isComplete = false;
        this.kept = kept;
        if (!this.address) return;
        URL.revokeObjectURL(this.address);
        this.address = "";
        this.element.removeAttribute("src");
        this.element.load();
    }

    /** What can be played, in seconds. */
    ranges() {
        const { buffered } = this.element;
        return Array.from({ length: buffered.length }, (_, index) => ({ start: buffered.start(index), end: buffered.end(index) }));
    }

    /** @param {string} mime */
    open(mime) {
        const { source } = this;
        if (!source || this.buffer) return;
        try {
            this.buffer = source.addSourceBuffer(mime);
        } catch (error) {
            log("deck", String(error));
            this.listener.failed();
            return;
        }
        this.buffer.addEventListener("updateend", () => {
            this.listener.updated();
            this.pump();
        });
        this.pump();
    }

    pump() {
        const { buffer, source } = this;
        if (!buffer || !source || buffer.updating || source.readyState !== "open") return;
        try {
            if (this.trims(buffer)) return;
            if (this.queue.length > 0) this.append(buffer);
            else if (this.isComplete) source.endOfStream();
        } catch (error) {
            log("deck", String(error));
        }
    }

    /** @param {SourceBuffer} buffer */
    append(buffer) {
        const bytes = join(this.queue.splice(0));
        try {
            buffer.appendBuffer(bytes);
        } catch (error) {
            if (!(error instanceof DOMException) || error.name !== "QuotaExceededError") throw error;
            log("deck", "no more room");
            this.queue.unshift(bytes);
            this.kept = Math.max(leastKept, this.kept / 2);
            if (this.trims(buffer)) return;
            // There is nothing behind that could be let go of: what is there is given up for what is going on.
            this.queue = [];
            buffer.abort();
            buffer.remove(0, Infinity);
            this.listener.emptied();
        }
    }

    /**
     * Lets go of what is long past; whether it has begun to.
     * @param {SourceBuffer} buffer
     */
    trims(buffer) {
        if (buffer.buffered.length === 0) return false;
        // An element that stands still, as a picture in a hidden window does, keeps no more than one that plays.
        const edge = buffer.buffered.end(buffer.buffered.length - 1);
        const behind = Math.max(this.element.currentTime - this.kept, edge - 3 * kept);
        if (behind <= 0 || buffer.buffered.start(0) >= behind - Math.min(5, this.kept / 2)) return false;
        buffer.remove(0, behind);
        return true;
    }
}
