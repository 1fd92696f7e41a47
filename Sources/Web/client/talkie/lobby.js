// SPDX-License-Identifier: Apache-2.0
// Before the air: which channel, under what name, with or without a picture. The tap on “Join” also lets it sound.

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { cleanName } from "../core/name.js";
import { local } from "../core/storage.js";
import { header } from "../home/frame.js";
import { notice, obstacle } from "../home/surroundings.js";

const nameKey = "sterna.name";
const roomKey = "sterna.talkie";

/**
 * @param {string} room The channel that the address names; empty when it names none.
 * @param {(given: { room: string, name: string, isSoundOnly: boolean }) => void} join
 */
export function lobby(room, join) {
    const found = obstacle();
    const name = h("input", { id: "name", maxlength: 64, autocomplete: "name", value: local.read(nameKey) ?? "" });
    const channel = h("input", {
        id: "room",
        maxlength: 64,
        autocomplete: "off",
        autocapitalize: "none",
        required: true,
        "aria-describedby": "room-hint",
        value: room || local.read(roomKey) || String(1000 + Math.floor(Math.random() * 9000)),
    });
    const only = h("input", { id: "only", type: "checkbox" });
    /** @param {SubmitEvent} event */
    const enter = (event) => {
        event.preventDefault();
        const wanted = cleanName(channel.value);
        if (!wanted) {
            channel.value = "";
            channel.reportValidity();
            return;
        }
        local.write(nameKey, cleanName(name.value) || null);
        local.write(roomKey, wanted);
        join({ room: wanted, name: cleanName(name.value) || t("guest"), isSoundOnly: only.checked });
    };
    return h(
        "div",
        { class: "page talkie", "data-screen": "lobby" },
        header(),
        h(
            "main",
            {},
            h(
                "form",
                { class: "entrance", onsubmit: enter },
                h("div", { class: "emblem" }, icon("radio")),
                h("h1", { tabindex: "-1" }, () => t("talkieTitle")),
                h("p", { class: "lead" }, () => t("talkieLead")),
                found !== "no-calls" && notice(),
                h("div", { class: "field" }, h("label", { for: "name" }, () => t("yourName")), name),
                h(
                    "div",
                    { class: "field" },
                    h("label", { for: "room" }, () => t("talkieRoom")),
                    channel,
                    h("p", { class: "hint", id: "room-hint" }, () => t("talkieRoomHint")),
                ),
                h("label", { class: "check" }, only, h("span", {}, () => t("soundOnlyLong"))),
                h("button", { class: "primary huge", id: "join" }, icon("radio"), h("span", {}, () => t("talkieJoin"))),
            ),
        ),
    );
}
