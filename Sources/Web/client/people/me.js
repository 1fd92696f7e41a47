// SPDX-License-Identifier: Apache-2.0
// Who one is: a name, an identity and a key that this device keeps. There is no registration and no password.

import { cleanName } from "../core/name.js";
import { signal } from "../core/signal.js";
import { local } from "../core/storage.js";

/** @typedef {{ userId: string, secret: string, name: string }} Me */

const storageKey = "sterna.me";

export const me = signal(/** @type {Me | null} */ (local.read(storageKey)));

// Another window of this browser may have made or let go of it.
window.addEventListener("storage", (event) => {
    if (event.key === storageKey) me.set(local.read(storageKey));
});

/** @param {Me | null} next */
export function become(next) {
    local.write(storageKey, next);
    me.set(next);
    if (next) local.write("sterna.name", next.name);
}

/**
 * Makes a person of that name, unless there is one already; a number says what the server refused with, 0 that it
 * could not be reached.
 * @param {string} name
 * @returns {Promise<Me | number>}
 */
export async function introduce(name) {
    const present = me.peek();
    if (present) return present;
    const answer = await ask("POST", "/api/users", { name: cleanName(name) });
    if (typeof answer === "number") return answer;
    const made = { ...answer, name: cleanName(name) };
    become(made);
    return made;
}

/**
 * The header that shows who asks; none while nobody is known.
 * @returns {Record<string, string>}
 */
export function credentials() {
    const present = me.peek();
    return present ? { Authorization: `Bearer ${present.userId}:${present.secret}` } : {};
}

/**
 * Asks the server for something as this person; a number as in `introduce`.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] To be sent as JSON.
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
    try {
        const response = await fetch(path, {
            method,
            cache: "no-store",
            headers: { ...credentials(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        if (!response.ok) return response.status;
        return response.status === 204 ? null : await response.json();
    } catch {
        return 0;
    }
}
