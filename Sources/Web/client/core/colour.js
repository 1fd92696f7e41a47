// SPDX-License-Identifier: Apache-2.0

/**
 * One of eight colours for a name, always the same: people are told apart at a glance, and by their names.
 * @param {string} name
 */
export function colourOf(name) {
    let sum = 7;
    for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
    return sum % 8;
}

/**
 * The first letter of a name.
 * @param {string} name
 */
export const initialOf = (name) => [...name.trim()][0]?.toUpperCase() ?? "?";
