// SPDX-License-Identifier: Apache-2.0
// The screens after a call, and in the place of one: what happened, and what can be done now.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";

/** @typedef {import("../call/call.js").Ending} Ending */
/** @typedef {import("../core/icons.js").Icon} Icon */
/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {Ending | "left" | "already" | "stayed" | "unreachable"} Farewell */
/** @typedef {{ title: Word, text: Word, icon: Icon, again: Word | null }} Page */

/** @type {Record<Farewell, Page>} */
const pages = {
    left: { title: "leftTitle", text: "leftText", icon: "leave", again: "rejoin" },
    owner: { title: "overOwner", text: "overOwnerText", icon: "end", again: null },
    expired: { title: "overExpired", text: "overExpiredText", icon: "end", again: null },
    "one-time": { title: "overOneTime", text: "overOneTimeText", icon: "end", again: null },
    renewed: { title: "overRenewed", text: "overRenewedText", icon: "end", again: null },
    kicked: { title: "overKicked", text: "overKickedText", icon: "end", again: null },
    operator: { title: "overOperator", text: "overOperatorText", icon: "end", again: null },
    full: { title: "overFull", text: "overFullText", icon: "invite", again: "tryAgain" },
    unknown: { title: "overUnknown", text: "overUnknownText", icon: "warning", again: null },
    elsewhere: { title: "overElsewhere", text: "overElsewhereText", icon: "screen", again: "here" },
    already: { title: "overAlready", text: "overAlreadyText", icon: "screen", again: "here" },
    stayed: { title: "overStayed", text: "overStayedText", icon: "screen", again: null },
    forbidden: { title: "overForbidden", text: "overForbiddenText", icon: "lock", again: null },
    "pin-attempts": { title: "overPinAttempts", text: "overPinAttemptsText", icon: "lock", again: "tryAgain" },
    unreachable: { title: "overUnreachable", text: "overUnreachableText", icon: "warning", again: "tryAgain" },
};

/**
 * @param {Farewell} ending
 * @param {{ go: (path: string) => void, again: () => void, stay?: () => void }} ways
 */
export function farewell(ending, { go, again, stay }) {
    const page = pages[ending];
    const { again: word } = page;
    return h(
        "section",
        { class: "farewell", "data-ending": ending },
        h("div", { class: "emblem" }, icon(page.icon)),
        h("h1", { tabindex: "-1" }, () => t(page.title)),
        h("p", { class: "lead" }, () => t(page.text)),
        h(
            "div",
            { class: "ways" },
            word && h("button", { type: "button", class: "primary", id: "again", onclick: again }, () => t(word)),
            stay && h("button", { type: "button", class: "secondary", id: "stay", onclick: stay }, () => t("stay")),
            !stay &&
                h("button", { type: "button", class: word ? "secondary" : "primary", id: "home", onclick: () => go("/") }, () =>
                    t(word || ending === "stayed" ? "home" : "newCall"),
                ),
        ),
    );
}
