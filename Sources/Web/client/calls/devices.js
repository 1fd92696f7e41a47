// SPDX-License-Identifier: Apache-2.0
// The same person on another device: a link with the key behind the “#”, as a QR code that is drawn here.

import { dialog } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { copyButton } from "../home/share.js";
import { contactLink, deviceLink } from "../people/links.js";
import { me } from "../people/me.js";
import { qrPicture } from "../people/qr-picture.js";

/** The link by which others find this person. */
export function inviteDialog() {
    const present = me.peek();
    if (!present) return;
    const link = contactLink(present.userId);
    dialog(
        () => t("addTitle"),
        () => [
            h("p", {}, () => t("addText")),
            h("div", { class: "qr-frame" }, qrPicture(link, t("addQR"))),
            copyButton(link),
            typeof navigator.share === "function"
                ? h(
                      "button",
                      { type: "button", class: "secondary", onclick: () => void navigator.share({ title: "Sterna", url: link }).catch(() => {}) },
                      icon("share"),
                      h("span", {}, () => t("share")),
                  )
                : document.createTextNode(""),
        ],
    );
}

/** This person's key for another device of theirs; shown only when asked for once more. */
export function deviceDialog() {
    const present = me.peek();
    if (!present) return;
    const link = deviceLink(present);
    dialog(
        () => t("deviceTitle"),
        () => {
            const place = h("div", { class: "fields" });
            const show = h(
                "button",
                {
                    type: "button",
                    class: "primary",
                    id: "show-key",
                    onclick: () => {
                        place.replaceChildren(h("div", { class: "qr-frame" }, qrPicture(link, t("deviceQR"))), copyButton(link));
                    },
                },
                () => t("deviceShow"),
            );
            place.append(show);
            return [h("p", {}, () => t("deviceText")), h("div", { class: "notice warning" }, icon("warning"), h("div", {}, h("p", {}, () => t("deviceWarning")))), place];
        },
    );
}

/**
 * This device belongs to somebody already: asks before it becomes somebody else's.
 * @param {string} name
 * @param {() => void} enter
 */
export function moveHere(name, enter) {
    dialog(
        () => t("moveTitle"),
        (close) => [
            h("p", {}, () => t("moveText", { old: me.peek()?.name ?? "", name })),
            h(
                "button",
                {
                    type: "button",
                    class: "primary",
                    id: "move-here",
                    onclick: () => {
                        close();
                        enter();
                    },
                },
                () => t("moveYes", { name }),
            ),
            h("button", { type: "button", class: "secondary", onclick: close }, () => t("cancel")),
        ],
    );
}
