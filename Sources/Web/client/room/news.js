// SPDX-License-Identifier: Apache-2.0
// Who comes and goes, said aloud to a screen reader.

import { say } from "../core/announce.js";
import { t } from "../core/language.js";

/** @type {Record<import("../call/call.js").News["kind"], import("../core/language.js").Word>} */
const words = { came: "newsCame", left: "newsLeft", away: "newsAway", back: "newsBack" };

/** @param {import("../call/call.js").News} news */
export function news({ kind, name }) {
    say(t(words[kind], { name: name || t("guest") }));
}
