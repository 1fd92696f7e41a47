// SPDX-License-Identifier: Apache-2.0
// What is in a message: words, links, names that are called, and pictures. Nothing of it is ever read as HTML.

/**
 * @typedef {{ kind: "words", text: string } | { kind: "link", text: string, href: string }
 *     | { kind: "mention", text: string, isMine: boolean } | { kind: "picture", href: string }} Part
 */

/** A picture that was put on this server. */
const picture = /^\/api\/images\/[1-9A-HJ-NP-Za-km-z]{8,64}$/;
const link = /https?:\/\/[^\s<>"'`«»“”]+/giu;

/** @param {string} text */
export const isPicture = (text) => picture.test(text);

/**
 * @param {string} text
 * @param {string} me One's own name.
 * @param {string[]} names Those who can be called.
 * @returns {Part[]}
 */
export function partsOf(text, me, names) {
    /** @type {Part[]} */
    const parts = [];
    for (const [index, line] of text.split("\n").entries()) {
        if (isPicture(line.trim())) {
            parts.push({ kind: "picture", href: line.trim() });
            continue;
        }
        if (index > 0 && parts.length > 0 && parts[parts.length - 1]?.kind !== "picture") parts.push({ kind: "words", text: "\n" });
        inLine(line, me, names, parts);
    }
    return parts;
}

/**
 * Whether somebody is called by name.
 * @param {string} text
 * @param {string} me
 */
export function calls(text, me) {
    return me !== "" && partsOf(text, me, [me]).some((part) => part.kind === "mention" && part.isMine);
}

/**
 * @param {string} line
 * @param {string} me
 * @param {string[]} names
 * @param {Part[]} parts
 */
function inLine(line, me, names, parts) {
    let at = 0;
    for (const match of line.matchAll(link)) {
        const { text, href } = trimmed(match[0] ?? "");
        if (!href) continue;
        mentions(line.slice(at, match.index), me, names, parts);
        parts.push({ kind: "link", text, href });
        at = (match.index ?? 0) + text.length;
    }
    mentions(line.slice(at), me, names, parts);
}

/**
 * A link without the full stop or bracket of the sentence around it.
 * @param {string} found
 */
function trimmed(found) {
    let text = found.replace(/[.,;:!?…]+$/u, "");
    if (text.endsWith(")") && !text.includes("(")) text = text.slice(0, -1);
    try {
        const { href, protocol } = new URL(text);
        return { text, href: protocol === "https:" || protocol === "http:" ? href : "" };
    } catch {
        return { text, href: "" };
    }
}

/**
 * The host that a link leads to, where one who reads it would take it for another: a name before an “@”, letters of
 * other scripts that look like ours.
 * @param {string} text As somebody wrote it.
 * @param {string} href
 */
export function hiddenPlace(text, href) {
    const { host, username, password } = new URL(href);
    const isPlain = !username && !password && text.toLowerCase().replace(/^https?:\/\//u, "").startsWith(host);
    return isPlain ? null : host;
}

/**
 * @param {string} text
 * @param {string} me
 * @param {string[]} names
 * @param {Part[]} parts
 */
function mentions(text, me, names, parts) {
    // The longest name first, so that “@Ana Lena” calls no Ana.
    const known = [...new Set([me, ...names])].filter(Boolean).sort((one, other) => other.length - one.length);
    let words = "";
    for (let at = 0; at < text.length; ) {
        const rest = text.slice(at + 1).toLowerCase();
        const isBegin = text[at] === "@" && !/[\p{L}\p{N}]$/u.test(text.slice(0, at));
        const name = isBegin && known.find((one) => rest.startsWith(one.toLowerCase()) && !/^[\p{L}\p{N}]/u.test(rest.slice(one.length)));
        if (!name) {
            words += text[at];
            at += 1;
            continue;
        }
        if (words) parts.push({ kind: "words", text: words });
        words = "";
        const end = at + 1 + name.length;
        parts.push({ kind: "mention", text: text.slice(at, end), isMine: name.toLowerCase() === me.toLowerCase() });
        at = end;
    }
    if (words) parts.push({ kind: "words", text: words });
}
