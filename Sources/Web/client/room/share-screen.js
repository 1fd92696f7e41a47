// SPDX-License-Identifier: Apache-2.0
// What comes after “Start a call”: the link, large, and the way into the call.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { linkCard } from "../home/share.js";

/**
 * @param {string} token
 * @param {() => void} open
 */
export function shareScreen(token, open) {
    return h(
        "div",
        { class: "share" },
        h("h1", { tabindex: "-1" }, () => t("shareTitle")),
        h("p", { class: "lead" }, () => t("shareLead")),
        linkCard(token, { hasQRCode: true }),
        h(
            "button",
            { type: "button", class: "primary huge", id: "open-call", onclick: open },
            icon("camera"),
            h("span", {}, () => t("openCall")),
        ),
    );
}
