// SPDX-License-Identifier: Apache-2.0
// Where one says one's name, once: afterwards the device knows.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { cleanName } from "../core/name.js";
import { signal } from "../core/signal.js";
import { local } from "../core/storage.js";
import { header } from "../home/frame.js";
import { unlockTones } from "../media/tones.js";
import { introduce } from "./me.js";

/** @typedef {import("../core/language.js").Word} Word */

/**
 * @param {object} given
 * @param {import("../core/icons.js").Icon} given.picture
 * @param {Word} given.title
 * @param {Word} given.lead
 * @param {import("../core/signal.js").Signal<Word | null>} given.refusal Why one stands here again.
 * @param {() => void} given.enter
 */
export function door({ picture, title, lead, refusal, enter }) {
    const isBusy = signal(false);
    const name = h("input", { id: "name", maxlength: 64, autocomplete: "name", required: true, value: local.read("sterna.name") ?? "" });
    /** @param {SubmitEvent} event */
    const knock = async (event) => {
        event.preventDefault();
        if (isBusy.peek()) return;
        if (!cleanName(name.value)) {
            name.value = "";
            name.reportValidity();
            return;
        }
        unlockTones();
        isBusy.set(true);
        const made = await introduce(name.value);
        isBusy.set(false);
        refusal.set(typeof made !== "number" ? null : made === 429 ? "chatTooFast" : "chatUnreachable");
        if (typeof made !== "number") enter();
    };
    return h(
        "div",
        { class: "page", "data-screen": "door" },
        header(),
        h(
            "main",
            {},
            h(
                "form",
                { class: "entrance", onsubmit: knock },
                h("div", { class: "emblem" }, icon(picture)),
                h("h1", { tabindex: "-1" }, () => t(title)),
                h("p", { class: "lead" }, () => t(lead)),
                h("div", { class: "field" }, h("label", { for: "name" }, () => t("chatName")), name),
                h("p", { class: "error", role: "alert" }, () => {
                    const word = refusal();
                    return word ? t(word) : "";
                }),
                h("button", { class: "primary huge", id: "enter", "aria-disabled": () => (isBusy() ? "true" : null) }, h("span", {}, () => t("chatEnter"))),
            ),
        ),
    );
}
