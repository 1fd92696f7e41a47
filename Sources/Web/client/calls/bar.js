// SPDX-License-Identifier: Apache-2.0
// The buttons of a messenger's call.

import { dialog } from "../core/dialog.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { toggle } from "../room/bar.js";
import { pickers, speakerPicker } from "../room/pickers.js";
import { troubles } from "../room/troubles.js";

/** @typedef {import("./telephone.js").CallInHand} CallInHand */

/**
 * @param {CallInHand} call
 * @param {() => void} hangUp
 */
export function callBar(call, hangUp) {
    const { media } = call;
    return h(
        "nav",
        { class: "bar", "aria-label": () => t("callTitle") },
        toggle("microphone", "microphone", media.isSending.audio, () => media.turn("audio", !media.isSending.audio())),
        toggle("camera", "camera", media.isSending.video, () => media.turn("video", !media.isSending.video())),
        choose(
            () => media.isSending.video() && media.devices.video().length > 1,
            () => h("button", { type: "button", id: "flip", class: "tool", onclick: () => void media.flip() }, icon("flip"), h("span", {}, () => t("flip"))),
        ),
        h("button", { type: "button", id: "settings", class: "tool", onclick: () => settings(call) }, icon("settings"), h("span", {}, () => t("settings"))),
        h("button", { type: "button", id: "hang-up", class: "tool danger", onclick: hangUp }, icon("leave"), h("span", {}, () => t("hangUp"))),
    );
}

/** @param {CallInHand} call */
function settings({ media }) {
    dialog(
        () => t("settings"),
        () => {
            const speaker = speakerPicker(media);
            return [h("div", { class: "fields" }, troubles(media), pickers(media), speaker)];
        },
    );
}
