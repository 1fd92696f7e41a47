// SPDX-License-Identifier: Apache-2.0
// The keys of unlisted channels: they stand behind the “#” of a link, which no browser sends to anybody.

import { local } from "../core/storage.js";

const storageKey = "sterna.channel-keys";

/** @returns {Record<string, string>} */
const known = () => local.read(storageKey) ?? {};

/**
 * The key of a channel; undefined for one that needs none.
 * @param {string} name
 */
export const keyOf = (name) => (Object.hasOwn(known(), name) ? known()[name] : undefined);

/**
 * @param {string} name
 * @param {string | undefined} key
 */
export function keep(name, key) {
    if (key && keyOf(name) !== key) local.write(storageKey, { ...known(), [name]: key });
}

/**
 * The address of a channel, with its key where it has one.
 * @param {string} name
 * @param {string} search What this page was asked for beside it.
 */
export function addressOf(name, search = location.search) {
    const key = keyOf(name);
    return `/chat/${encodeURIComponent(name)}${search}${key ? `#${key}` : ""}`;
}

/**
 * Takes the key out of the address that a link has opened.
 * @param {string} name
 */
export function keepFromAddress(name) {
    const key = /^#([0-9A-Za-z]{16,64})$/.exec(location.hash)?.[1];
    keep(name, key);
}
