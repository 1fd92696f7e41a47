// SPDX-License-Identifier: Apache-2.0
// Links that carry something behind the “#”, which no browser sends to a server: whom to add, or who one is.

/** @typedef {import("./me.js").Me} Me */

/** @param {string} userId */
export const contactLink = (userId) => `${location.origin}/calls#add=${userId}`;

/** @param {Me} me */
export function deviceLink({ userId, secret, name }) {
    return `${location.origin}/calls#me=${userId}:${secret}:${encodeURIComponent(name)}`;
}

/**
 * What a link says; null for one that says nothing of the kind.
 * @param {string} fragment
 * @returns {{ add: string } | { me: Me } | null}
 */
export function readLink(fragment) {
    const add = /^#add=([1-9A-HJ-NP-Za-km-z]{8,64})$/.exec(fragment)?.[1];
    if (add) return { add };
    const [, userId, secret, name] = /^#me=([1-9A-HJ-NP-Za-km-z]{8,64}):([1-9A-HJ-NP-Za-km-z]{8,128}):(.{1,600})$/.exec(fragment) ?? [];
    if (!userId || !secret || !name) return null;
    try {
        return { me: { userId, secret, name: decodeURIComponent(name) } };
    } catch {
        return null;
    }
}
