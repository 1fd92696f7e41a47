// SPDX-License-Identifier: Apache-2.0
// What happened lately, for whoever looks for a fault: `?debug=1` opens it as window.__sterna.debug().

/** How many lines are kept. */
const room = 400;
/** @type {string[]} */
const ring = [];
/** @type {Record<string, () => unknown>} */
const sources = {};

/**
 * Milliseconds since the page began, by what happened first then.
 * @type {Record<string, number>}
 */
export const timings = {};

const query = new URLSearchParams(location.search);
const isOpen = query.get("debug") === "1";
/** `?relay=1` lets nothing but the relay carry the call: for tests, and to prove a relay. */
export const relayOnly = query.get("relay") === "1";

/** @param {...unknown} words */
export function log(...words) {
    ring.push([Math.round(performance.now()), ...words].join(" "));
    if (ring.length > room) ring.shift();
}

/**
 * Notes when something happened first.
 * @param {string} what
 */
export function mark(what) {
    if (timings[what] !== undefined) return;
    timings[what] = Math.round(performance.now());
    log("mark", what);
}

/**
 * Lets `debug()` show the present value of something.
 * @param {string} name
 * @param {() => unknown} read
 */
export function expose(name, read) {
    sources[name] = read;
}

/**
 * Lets a test do something to the page that no person can.
 * @param {string} name
 * @param {() => unknown} work
 */
export function allow(name, work) {
    if (isOpen) Object.assign(Reflect.get(window, "__sterna"), { [name]: work });
}

if (isOpen) {
    const debug = async () => {
        const entries = Object.entries(sources).map(async ([name, read]) => [name, await read()]);
        return { timings, log: [...ring], ...Object.fromEntries(await Promise.all(entries)) };
    };
    Object.assign(window, { __sterna: { debug } });
}
