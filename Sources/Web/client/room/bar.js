// SPDX-License-Identifier: Apache-2.0
// The buttons of a call, each with its word, always in the same place.

import { dialog } from "../core/dialog.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { languageSwitch } from "../home/frame.js";
import { end, ownerKeyOf } from "../home/rooms.js";
import { linkCard, pick } from "../home/share.js";
import { askToNotify, mayNotify } from "./news.js";
import { pickers, speakerPicker } from "./pickers.js";
import { hasKeys, setKeys } from "./shortcuts.js";
import { troubles } from "./troubles.js";

/** @typedef {import("../call/call.js").Call} Call */
/** @typedef {import("../core/icons.js").Icon} Icon */
/** @typedef {import("../core/language.js").Word} Word */

/**
 * @param {Call} call
 * @param {() => void} leave
 */
export function bar(call, leave) {
    const { media } = call;
    return h(
        "nav",
        { class: "bar", "aria-label": () => t("callTitle") },
        toggle("microphone", "microphone", media.isSending.audio, () => media.turn("audio", !media.isSending.audio()), "M"),
        toggle("camera", "camera", media.isSending.video, () => media.turn("video", !media.isSending.video()), "V"),
        media.canShareScreen &&
            h(
                "button",
                {
                    type: "button",
                    id: "screen",
                    class: "tool",
                    "aria-pressed": () => String(media.isSending.screen()),
                    onclick: () => void media.share(!media.isSending.screen()),
                },
                icon("screen"),
                h("span", {}, () => t("screen")),
            ),
        action("invite", "invite", () => inviteDialog(call)),
        action("settings", "settings", () => settingsDialog(call)),
        h(
            "button",
            { type: "button", id: "leave", class: "tool danger", onclick: leave },
            icon("leave"),
            h("span", {}, () => t("leave")),
        ),
    );
}

/**
 * A switch that says its state in its picture and in words.
 * @param {"microphone" | "camera"} name
 * @param {Icon} picture
 * @param {() => boolean} isOn
 * @param {() => Promise<void>} press
 * @param {string} [key] The key that does the same.
 */
export function toggle(name, picture, isOn, press, key) {
    const hint = () => (key && hasKeys() ? `${t(name)} (${key})${name === "microphone" ? `. ${t("holdToTalk")}` : ""}` : null);
    return h(
        "button",
        { type: "button", id: name, class: "tool switch", "data-on": () => (isOn() ? "yes" : "no"), title: hint, onclick: () => void press() },
        pick(() => (isOn() ? picture : /** @type {Icon} */ (`${picture}-off`))),
        h("span", {}, () => t(name)),
        h("span", { class: "state" }, () => t(isOn() ? "on" : "off")),
    );
}

/**
 * @param {Word & Icon} name
 * @param {Icon} picture
 * @param {() => void} press
 */
function action(name, picture, press) {
    return h("button", { type: "button", id: name, class: "tool", onclick: press }, icon(picture), h("span", {}, () => t(name)));
}

/** @param {Call} call */
function inviteDialog(call) {
    const left = () => call.maxParticipants() - call.people().length - 1;
    dialog(
        () => t("inviteTitle"),
        () => [
            linkCard(call.token, { hasQRCode: true }),
            h("p", { class: "hint" }, () => (left() > 0 ? t("seatsLeft", { count: left() }) : t("seatsNone"))),
        ],
    );
}

/** @param {Call} call */
function settingsDialog(call) {
    const ownerKey = ownerKeyOf(call.token);
    dialog(
        () => t("settings"),
        (close) => {
            const body = h("div", { class: "fields" });
            body.append(troubles(call.media));
            for (const part of pickers(call.media)) body.append(part);
            const speaker = speakerPicker(call.media);
            if (speaker) body.append(speaker);
            body.append(qualityPicker(call.media), keysSwitch());
            body.append(h("div", { class: "field" }, h("span", { class: "label" }, () => t("language")), languageSwitch()));
            body.append(
                choose(
                    () => (mayNotify() === "default" ? "ask" : null),
                    () => h("button", { type: "button", class: "secondary", id: "notify", onclick: () => void askToNotify() }, icon("bell"), h("span", {}, () => t("notifyCall"))),
                ),
            );
            if (ownerKey) body.append(endForAll(call, ownerKey, close));
            return [body];
        },
    );
}

/**
 * How much of the network the pictures may take.
 * @param {import("../media/media.js").Media} media
 */
function qualityPicker(media) {
    /** @type {HTMLSelectElement} */
    const select = h(
        "select",
        { id: "quality", onchange: () => media.setQuality(/** @type {import("../media/media.js").Quality} */ (select.value)) },
        /** @type {const} */ ([["hd", "qualityHigh"], ["sd", "qualityLow"], ["sound", "qualitySound"]]).map(([value, word]) =>
            h("option", { value, selected: () => media.quality() === value }, () => t(word)),
        ),
    );
    return h("div", { class: "field" }, h("label", { for: "quality" }, () => t("quality")), select);
}

function keysSwitch() {
    /** @type {HTMLInputElement} */
    const box = h("input", { id: "keys", type: "checkbox", checked: hasKeys, onchange: () => setKeys(box.checked) });
    return h("label", { class: "check" }, box, h("span", {}, () => t("keys")));
}

/**
 * Asked for twice: it cannot be undone.
 * @param {Call} call
 * @param {string} ownerKey
 * @param {() => void} close
 */
function endForAll(call, ownerKey, close) {
    return h(
        "details",
        { class: "end-for-all" },
        h("summary", {}, () => t("endForAll")),
        h("p", {}, () => t("endForAllSure")),
        h(
            "button",
            {
                type: "button",
                class: "danger",
                id: "end-for-all",
                onclick: () => {
                    close();
                    void end(call.token, ownerKey);
                },
            },
            () => t("endNow"),
        ),
    );
}
