// SPDX-License-Identifier: Apache-2.0
// A modal sheet over the page: the browser keeps the focus inside and gives it back afterwards.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { scoped } from "./signal.js";

/**
 * Opens a dialog with a heading, a way to close it, and whatever `make` puts into it.
 * @param {() => string} title
 * @param {(close: () => void) => Node[]} make
 */
export function dialog(title, make) {
    const [element, stop] = scoped(() => {
        const close = () => element.close();
        /** @type {HTMLDialogElement} */
        const element = h(
            "dialog",
            {
                class: "sheet",
                "aria-labelledby": "sheet-title",
                onclose: () => {
                    stop();
                    element.remove();
                },
                // A press on the darkened page around the sheet closes it.
                onclick: (/** @type {MouseEvent} */ event) => event.target === element && close(),
            },
            h(
                "div",
                { class: "sheet-body" },
                h(
                    "header",
                    {},
                    h("h2", { id: "sheet-title", tabindex: "-1", autofocus: true }, title),
                    h("button", { type: "button", class: "plain round", "aria-label": () => t("close"), onclick: close }, icon("close")),
                ),
                ...make(close),
            ),
        );
        return element;
    });
    document.body.append(element);
    element.showModal();
    return element;
}
