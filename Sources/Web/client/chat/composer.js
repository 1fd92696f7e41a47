// SPDX-License-Identifier: Apache-2.0
// The field to write in: Enter sends, Shift and Enter begin a line, a picture can be pasted.

import { say } from "../core/announce.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { signal } from "../core/signal.js";
import { session } from "../core/storage.js";
import { upload } from "./picture.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./channel.js").TextChannel} TextChannel */
/** @typedef {import("./chat.js").Chat} Chat */

/** What the server takes, in Unicode scalars. */
const longest = 4000;
/** @type {Record<import("./picture.js").Problem, Word>} */
const problems = { "not-a-picture": "pictureNone", "too-big": "pictureBig", refused: "pictureRefused", unreachable: "chatUnreachable" };

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 */
export function composer(chat, channel) {
    const draftKey = `sterna.draft.${channel.name.peek()}`;
    const length = signal(0);
    const isBusy = signal(false);
    const problem = signal(/** @type {Word | null} */ (null));
    const field = h("textarea", {
        id: "text",
        rows: 1,
        autocomplete: "off",
        enterkeyhint: "send",
        "aria-label": () => t("writeTo", { channel: channel.name() }),
        placeholder: () => t("writeTo", { channel: channel.name() }),
        oninput: () => changed(),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
            // While a word is being composed, Enter belongs to the keyboard.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
        },
        onpaste: (/** @type {ClipboardEvent} */ event) => {
            const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
            if (!file) return;
            event.preventDefault();
            void show(file);
        },
    });
    field.value = session.read(draftKey) ?? "";
    const fit = () => {
        field.style.height = "auto";
        field.style.height = `${Math.min(field.scrollHeight + 4, 180)}px`;
    };
    const changed = () => {
        length.set([...field.value].length);
        session.write(draftKey, field.value || null);
        fit();
        if (field.value.trim()) chat.types(channel.name.peek());
    };
    const send = () => {
        const text = field.value.trim();
        if (!text || [...text].length > longest) return;
        chat.write(channel.name.peek(), text);
        field.value = "";
        changed();
        field.focus();
    };
    /** @param {Blob} file */
    const show = async (file) => {
        isBusy.set(true);
        problem.set(null);
        const made = await upload(file);
        isBusy.set(false);
        if ("path" in made) {
            chat.write(channel.name.peek(), made.path);
        } else {
            problem.set(problems[made.problem]);
            say(t(problems[made.problem]));
        }
    };
    /** @type {HTMLInputElement} */
    const picker = h("input", {
        type: "file",
        accept: "image/*",
        class: "unseen",
        tabindex: "-1",
        "aria-hidden": "true",
        onchange: () => {
            const [file] = picker.files ?? [];
            if (file) void show(file);
            picker.value = "";
        },
    });
    requestAnimationFrame(fit);
    return h(
        "form",
        {
            class: "composer",
            onsubmit: (/** @type {SubmitEvent} */ event) => {
                event.preventDefault();
                send();
            },
        },
        choose(
            () => (problem() ? problem() : isBusy() ? "pictureBusy" : null),
            (word) => h("p", { class: "hint", role: "status" }, () => t(/** @type {Word} */ (word))),
        ),
        choose(
            () => length() > longest,
            () => h("p", { class: "error", role: "alert" }, () => t("tooLong", { count: length() })),
        ),
        h(
            "div",
            { class: "composer-row" },
            h("button", { type: "button", class: "plain", id: "picture", onclick: () => picker.click() }, icon("picture"), h("span", { class: "wide" }, () => t("picture"))),
            picker,
            field,
            h("button", { class: "primary", id: "send" }, icon("send"), h("span", { class: "wide" }, () => t("send"))),
        ),
    );
}
