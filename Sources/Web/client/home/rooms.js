// SPDX-License-Identifier: Apache-2.0
// Rooms by their links: making one, asking about one, and those that this browser remembers.

import { signal } from "../core/signal.js";
import { local } from "../core/storage.js";

/** @typedef {{ token: string, url: string, expiresAt: string, maxParticipants: number, ownerKey: string }} NewRoom */
/** @typedef {{ token: string, status: "waiting" | "active", participants: number, maxParticipants: number, pinRequired: boolean }} Status */
/** @typedef {{ token: string, at: number, ownerKey?: string, hasPin?: boolean }} Remembered */
/** @typedef {{ maxParticipants?: number, oneTime?: boolean, pin?: string }} Options */

const storageKey = "sterna.rooms";
const remembered = 8;

/** The rooms that were visited last, newest first. */
export const recent = signal(/** @type {Remembered[]} */ (local.read(storageKey) ?? []));

/** @param {string} token */
export const linkTo = (token) => `${location.origin}/r/${token}`;

/** @param {Remembered} room */
export function note(room) {
    const before = recent.peek().find((one) => one.token === room.token);
    keep([{ ...before, ...room }, ...recent.peek().filter((one) => one.token !== room.token)].slice(0, remembered));
}

/** @param {string} token */
export function forget(token) {
    keep(recent.peek().filter((one) => one.token !== token));
}

/** @param {string} token */
export const ownerKeyOf = (token) => recent.peek().find((one) => one.token === token)?.ownerKey ?? null;

/**
 * Makes a room; a number says which status the server refused with, 0 that it could not be reached.
 * @param {Options} options
 * @returns {Promise<NewRoom | number>}
 */
export async function create(options) {
    try {
        const response = await fetch("/api/rooms", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(options),
        });
        if (!response.ok) return response.status;
        /** @type {NewRoom} */
        const room = await response.json();
        note({ token: room.token, at: Date.now(), ownerKey: room.ownerKey, hasPin: Boolean(options.pin) });
        return room;
    } catch {
        return 0;
    }
}

/**
 * What anybody with the link may know of a room; a number as above.
 * @param {string} token
 * @returns {Promise<Status | number>}
 */
export async function ask(token) {
    try {
        const response = await fetch(`/api/rooms/${token}`, { cache: "no-store" });
        return response.ok ? await response.json() : response.status;
    } catch {
        return 0;
    }
}

/**
 * Ends a room for everybody in it.
 * @param {string} token
 * @param {string} ownerKey
 */
export async function end(token, ownerKey) {
    try {
        await fetch(`/api/rooms/${token}`, { method: "DELETE", headers: { Authorization: `Bearer ${ownerKey}` } });
    } catch {
        // The room stays; the person sees that and tries again.
    }
}

/**
 * The token in what somebody pasted: a link to this place, or the bare code.
 * @param {string} text
 * @returns {string | null}
 */
export function tokenIn(text) {
    const trimmed = text.trim();
    const inLink = /\/r\/([1-9A-HJ-NP-Za-km-z]{16,64})(?:[/?#\s].*)?$/.exec(trimmed)?.[1];
    return inLink ?? /^[1-9A-HJ-NP-Za-km-z]{16,64}$/.exec(trimmed)?.[0] ?? null;
}

/** @param {Remembered[]} rooms */
function keep(rooms) {
    recent.set(rooms);
    local.write(storageKey, rooms);
}
