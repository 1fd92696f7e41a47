// SPDX-License-Identifier: Apache-2.0
// Which language the page speaks, and its words. A link may say `?lang=ru`; then the person's own choice counts, then
// the browser's.

import { english } from "../words/en.js";
import { russian } from "../words/ru.js";
import { effect, signal } from "./signal.js";
import { local } from "./storage.js";
import { isolated, russianSpaces, setTable } from "./typography.js";

/** @typedef {"en" | "ru"} Language */
/** @typedef {keyof typeof english} Word */
/** @typedef {string | { one: string, few?: string, many?: string, other: string }} Entry */
/** @typedef {Record<string, string | number>} Parts */

/** @type {Record<Language, Record<Word, Entry>>} */
const tables = { en: english, ru: setTable(russian, russianSpaces) };
const key = "sterna.language";

/**
 * The language's name in itself.
 * @type {Record<Language, string>}
 */
export const names = { en: "English", ru: "Русский" };

export const language = signal(first());

/**
 * The sentence for `word`, with `{part}`s filled in; a `count` chooses the plural form.
 * @param {Word} word
 * @param {Parts} [parts]
 */
export function t(word, parts = {}) {
    const entry = tables[language()][word];
    const text = typeof entry === "string" ? entry : plural(entry, Number(parts.count ?? 0));
    return text.replace(/\{(\w+)\}/g, (whole, name) => isolated(String(parts[name] ?? whole)));
}

/**
 * The person chooses: from now on that counts, and no longer what the link said.
 * @param {Language} next
 */
export function speak(next) {
    language.set(next);
    const address = new URL(location.href);
    address.searchParams.delete("lang");
    history.replaceState(history.state, "", address);
    local.write(key, next);
}

effect(() => {
    document.documentElement.lang = language();
});

/**
 * @param {Exclude<Entry, string>} forms
 * @param {number} count
 */
function plural(forms, count) {
    const form = new Intl.PluralRules(language()).select(count);
    return (form === "one" && forms.one) || (form === "few" && forms.few) || (form === "many" && forms.many) || forms.other;
}

/** @returns {Language} */
function first() {
    const asked = new URLSearchParams(location.search).get("lang");
    if (asked) local.write(key, asked);
    for (const wish of [asked, String(local.read(key) ?? ""), ...navigator.languages]) {
        const short = (wish ?? "").slice(0, 2).toLowerCase();
        if (short === "en" || short === "ru") return short;
        // Neighbours who more often read Russian than English.
        if (short === "be" || short === "kk") return "ru";
    }
    return "en";
}
