// SPDX-License-Identifier: Apache-2.0
// What every page outside a call has around it: the name of the house and the choice of language.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { language, names, speak } from "../core/language.js";
import { asset } from "../core/place.js";

/** @typedef {import("../core/language.js").Language} Language */

/** @param {(path: string) => void} [go] Left out where the start page is another page. */
export function header(go) {
    return h(
        "header",
        { class: "top" },
        h(
            "a",
            {
                class: "brand",
                href: "/",
                onclick: (/** @type {MouseEvent} */ event) => {
                    if (!go || event.ctrlKey || event.metaKey || event.shiftKey) return;
                    event.preventDefault();
                    go("/");
                },
            },
            h("img", { src: asset("images/tern.svg"), alt: "", width: 40, height: 40 }),
            h("span", {}, "Sterna"),
        ),
        languageSwitch(),
    );
}

/** A button that bears the name of the other language, in that language. */
export function languageSwitch() {
    const other = () => /** @type {Language} */ (language() === "en" ? "ru" : "en");
    return h(
        "button",
        { type: "button", class: "plain", lang: other, onclick: () => speak(other()) },
        icon("globe"),
        h("span", {}, () => names[other()]),
    );
}
