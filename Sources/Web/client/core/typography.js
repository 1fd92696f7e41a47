// SPDX-License-Identifier: Apache-2.0
// How a sentence is set: what must not be torn apart at the end of a line, and whose direction must turn nothing round.
// It touches nothing.

const hard = "\u00a0";

/** @typedef {string | { one: string, few?: string, many?: string, other: string }} Entry */

/**
 * A Russian sentence with spaces that do not break: a short word does not end a line, a dash does not begin one, and a
 * number stays with what it counts.
 * @param {string} text
 */
export function russianSpaces(text) {
    let kept = text;
    // A match takes the space before it along: each round does every second of several short words in a row.
    for (let round = 0; round < 4; round += 1) {
        kept = kept.replace(/(^|[\s(«\u00a0])(\p{Script=Cyrillic}{1,2}|[Дд]ля|[Бб]ез|[Пп]ри) (?=\S)/gu, `$1$2${hard}`);
    }
    return kept
        .replace(/ (же|ли|бы|—)(?=[\s,.?!]|$)/gu, `${hard}$1`)
        .replace(/(\{count\}|\d) (?=\p{L})/gu, `$1${hard}`)
        .replace(/([Дд]руг) (друг)/gu, `$1${hard}$2`)
        .replace(/PIN-код/g, "PIN\u2011код");
}

/**
 * Every sentence of a table, set.
 * @template {string} Word
 * @param {Record<Word, Entry>} table
 * @param {(text: string) => string} set
 */
export function setTable(table, set) {
    const forms = (/** @type {Entry} */ entry) =>
        typeof entry === "string" ? set(entry) : Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, set(text)]));
    return /** @type {Record<Word, Entry>} */ (
        Object.fromEntries(Object.entries(table).map(([word, entry]) => [word, forms(/** @type {Entry} */ (entry))]))
    );
}

/** Letters that are written from right to left, and signs that turn what stands beside them. */
const turning = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * What somebody wrote, to be put into a sentence: it turns round nothing but itself (UAX #9, FSI and PDI).
 * @param {string} part
 */
export function isolated(part) {
    return turning.test(part) ? `\u2068${part.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069` : part;
}
