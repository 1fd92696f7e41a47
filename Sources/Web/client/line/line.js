// SPDX-License-Identifier: Apache-2.0
// A WebSocket to the server, kept alive, opened again when it dies.

import { log } from "../debug.js";
import { backoff } from "./backoff.js";

/** @typedef {"connecting" | "open" | "lost" | "closed"} Link */

/**
 * @typedef {object} Listener
 * @property {() => void} opened There is a socket: say who you are. Call `stands()` once the server has let you in.
 * @property {(data: string | ArrayBuffer) => void} message
 * @property {(link: Link) => void} link
 * @property {(code: number) => void} closed The server said no for good; the code says why.
 */

/**
 * @typedef {object} Manner
 * @property {string} name For the log.
 * @property {(() => string | Uint8Array) | null} ping What is said to show that one is there; null where the server asks.
 * @property {(code: number, hasStood: boolean) => boolean} isFinal Whether coming back is useless or not wanted.
 */

/** Pages say that they are there this often, in milliseconds. */
const pingInterval = 5000;
/** A question that is not answered for so long has no line to travel on, in milliseconds. */
const patience = 6000;
/** After the network changed, an answer is expected sooner. */
const hurriedLimit = 2500;
/** A socket that does not open, or whose server does not let one in, is given up after this, in milliseconds. */
const openingLimit = 10000;

export class Line {
    /**
     * @param {string} url
     * @param {Manner} manner
     * @param {Listener} listener
     */
    constructor(url, manner, listener) {
        this.url = url;
        this.manner = manner;
        this.listener = listener;
        /** @type {Link} */
        this.link = "connecting";
        this.hasStood = false;
        /** @type {WebSocket | null} */
        this.socket = null;
        this.attempt = 0;
        this.heardAt = 0;
        this.pingedAt = 0;
        /** Since when a question waits for its answer; null while none does. */
        this.askedAt = /** @type {number | null} */ (null);
        this.limit = patience;
        this.timer = 0;
        this.pulse = 0;
        this.hurry = this.hurry.bind(this);
        this.visible = () => document.visibilityState === "visible" && this.hurry();
    }

    open() {
        window.addEventListener("online", this.hurry);
        window.addEventListener("pointerdown", this.hurry);
        document.addEventListener("visibilitychange", this.visible);
        this.pulse = window.setInterval(() => this.beat(), 500);
        this.connect();
    }

    /** The server has let us in. */
    stands() {
        this.attempt = 0;
        this.hasStood = true;
        this.become("open");
    }

    /**
     * Whether it could be written; what could not is the caller's to keep.
     * @param {string | Uint8Array | Blob} data
     */
    send(data) {
        if (this.socket?.readyState !== WebSocket.OPEN) return false;
        this.socket.send(data);
        return true;
    }

    /** Ends it from this side, in peace. */
    end() {
        this.finish();
        const { socket } = this;
        this.forget();
        socket?.close(1000);
    }

    /** Looks at once whether the line still stands, and draws a new one if it does not. */
    hurry() {
        if (this.link === "lost") {
            this.connect();
        } else if (this.link === "open" && this.manner.ping && performance.now() - this.heardAt > 1500) {
            this.ping();
            this.limit = Math.min(this.limit, performance.now() - (this.askedAt ?? 0) + hurriedLimit);
        }
    }

    /**
     * The socket is dead, or is to be.
     * @param {number} code
     */
    lose(code) {
        log(this.manner.name, "closed", code);
        this.drop();
        if (this.link === "closed") return;
        if (this.manner.isFinal(code, this.hasStood)) {
            this.finish();
            this.listener.closed(code);
            return;
        }
        this.become("lost");
        const wait = code === 1001 ? Math.random() * 1000 : backoff(this.attempt, Math.random());
        this.attempt += 1;
        // Too many messages: that is cured by a while of silence only.
        this.timer = window.setTimeout(() => this.connect(), code === 4429 ? Math.max(wait, 10000) : wait);
    }

    /** Starts a socket and lets go of any before it. */
    connect() {
        window.clearTimeout(this.timer);
        this.drop();
        this.become(this.hasStood ? "lost" : "connecting");
        const socket = new WebSocket(this.url);
        socket.binaryType = "arraybuffer";
        this.socket = socket;
        this.heardAt = performance.now();
        this.askedAt = null;
        this.limit = patience;
        socket.onopen = () => this.listener.opened();
        socket.onmessage = (event) => {
            this.heardAt = performance.now();
            this.askedAt = null;
            this.limit = patience;
            this.listener.message(event.data);
        };
        socket.onclose = (event) => this.lose(event.code);
    }

    beat() {
        const now = performance.now();
        // A page in the background looks once a minute: what counts is not when something was heard, but whether a
        // question has waited too long since it was asked.
        const isSilent = this.link === "open" ? this.askedAt !== null && now - this.askedAt > this.limit : now - this.heardAt > openingLimit;
        if (this.socket && isSilent) {
            log(this.manner.name, "silent");
            this.lose(0);
        } else if (this.link === "open" && this.manner.ping && now - this.pingedAt >= pingInterval) {
            this.ping();
        }
    }

    ping() {
        this.pingedAt = performance.now();
        this.askedAt ??= this.pingedAt;
        const data = this.manner.ping?.();
        if (data !== undefined) this.send(data);
    }

    drop() {
        const { socket } = this;
        this.forget();
        socket?.close();
    }

    forget() {
        if (this.socket) this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
        this.socket = null;
    }

    finish() {
        window.clearInterval(this.pulse);
        window.clearTimeout(this.timer);
        window.removeEventListener("online", this.hurry);
        window.removeEventListener("pointerdown", this.hurry);
        document.removeEventListener("visibilitychange", this.visible);
        this.become("closed");
    }

    /** @param {Link} link */
    become(link) {
        if (this.link === link) return;
        this.link = link;
        this.listener.link(link);
    }
}

/**
 * The address of one of the server's sockets.
 * @param {string} path
 */
export function socketAt(path) {
    return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
}
