// SPDX-License-Identifier: Apache-2.0
// The door of a room that asks for a PIN, when the one that was given does not open it.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";

/** @param {import("../call/call.js").Call} call */
export function pinScreen(call) {
    const field = h("input", { id: "pin", maxlength: 64, autocomplete: "off", required: true, "aria-describedby": "pin-why" });
    /** @param {SubmitEvent} event */
    const enter = (event) => {
        event.preventDefault();
        call.enter(field.value.trim());
    };
    return h(
        "form",
        { class: "alone", onsubmit: enter },
        h("div", { class: "emblem" }, icon("lock")),
        h("p", { id: "pin-why", role: "alert", "data-pin": call.pinWanted }, () => t(call.pinWanted() === "wrong" ? "pinWrong" : "pinRequired")),
        h("div", { class: "field" }, h("label", { for: "pin" }, () => t("pin")), field),
        h("button", { class: "primary", id: "enter" }, () => t("join")),
    );
}
