// SPDX-License-Identifier: Apache-2.0
// The link and the ways to hand it on: copy, the system's own sharing, a QR code.

import { choose, h } from "../core/dom.js";
import { say } from "../core/announce.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { signal } from "../core/signal.js";
import { linkTo, recent } from "./rooms.js";

/**
 * @param {string} token
 * @param {{ hasQRCode: boolean }} options
 */
export function linkCard(token, { hasQRCode }) {
    const link = linkTo(token);
    const copied = signal(/** @type {"yes" | "no" | null} */ (null));
    /** @type {HTMLInputElement} */
    const field = h("input", {
        class: "link",
        readonly: true,
        value: link,
        "aria-label": () => t("link"),
        onfocus: () => field.select(),
    });
    const copy = async () => {
        const done = await write(link, field);
        copied.set(done ? "yes" : "no");
        say(t(done ? "copied" : "copyFailed"));
        if (done) setTimeout(() => copied.set(null), 4000);
    };
    const share = () =>
        navigator.share({ title: "Sterna", text: t("shareText"), url: link }).catch(() => {
            // Closing the system's sheet without sharing is no fault.
        });
    const hasPin = recent.peek().some((room) => room.token === token && room.hasPin);
    return h(
        "div",
        { class: "link-card" },
        h(
            "div",
            { class: "link-ways" },
            field,
            h(
                "div",
                { class: "row" },
                h(
                    "button",
                    { type: "button", class: () => (copied() === "yes" ? "done" : "secondary"), onclick: copy },
                    pick(() => (copied() === "yes" ? "check" : "copy")),
                    h("span", {}, () => t(copied() === "yes" ? "copied" : "copy")),
                ),
                typeof navigator.share === "function" &&
                    h("button", { type: "button", class: "secondary", onclick: share }, icon("share"), h("span", {}, () => t("share"))),
            ),
            h("p", { class: "hint", hidden: () => copied() !== "no" }, () => t("copyFailed")),
            hasPin && h("p", { class: "hint" }, icon("lock"), h("span", {}, () => t("pinReminder"))),
        ),
        hasQRCode &&
            h(
                "figure",
                { class: "qr" },
                h("img", { src: `/api/rooms/${token}/qr.svg`, alt: () => t("qrAlt"), width: 180, height: 180 }),
                h("figcaption", {}, () => t("qrHint")),
            ),
    );
}

/**
 * A button that copies a link and says so.
 * @param {string} link
 * @param {{ size?: string, word?: import("../core/language.js").Word }} manner A class besides, and a shorter word.
 */
export function copyButton(link, manner = {}) {
    const { size = "", word = "copy" } = manner;
    const copied = signal(/** @type {"yes" | "no" | null} */ (null));
    const copy = async () => {
        const field = h("input", { value: link, class: "unseen" });
        document.body.append(field);
        const done = await write(link, field);
        field.remove();
        copied.set(done ? "yes" : "no");
        say(t(done ? "copied" : "copyFailed"));
        setTimeout(() => copied.set(null), 4000);
    };
    return h(
        "button",
        { type: "button", class: () => `${copied() === "yes" ? "done" : "secondary"} ${size}`, onclick: () => void copy() },
        pick(() => (copied() === "yes" ? "check" : "copy")),
        h("span", {}, () => t(copied() === "yes" ? "copied" : word)),
    );
}

/**
 * An icon that changes.
 * @param {() => import("../core/icons.js").Icon} name
 */
export function pick(name) {
    return choose(name, (key) => icon(/** @type {import("../core/icons.js").Icon} */ (key)));
}

/**
 * @param {string} text
 * @param {HTMLInputElement} field Where it can be copied from by the older way.
 */
async function write(text, field) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        field.select();
        return document.execCommand("copy");
    }
}
