// SPDX-License-Identifier: Apache-2.0
// One message: who, when, what; one's own can be changed and deleted.

import { dialog } from "../core/dialog.js";
import { colourOf, initialOf } from "../core/colour.js";
import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { language, t } from "../core/language.js";
import { hiddenPlace, partsOf } from "./text.js";

/** @typedef {import("./channel.js").TextChannel} TextChannel */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./history.js").Message} Message */
/** @typedef {import("./outbox.js").Draft} Draft */

/** Messages of one person closer together than this stand under one name, in milliseconds. */
const together = 5 * 60000;

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 * @param {Message} message
 * @param {Message | undefined} before The one above it.
 * @param {string | null} mark The last one that had been read; the next gets a line above it.
 */
export function entry(chat, channel, message, before, mark) {
    const sent = new Date(message.sentAt);
    const isNewDay = !before || new Date(before.sentAt).toDateString() !== sent.toDateString();
    const isFirstNew = mark !== null && message.id > mark && (before === undefined || before.id <= mark) && message.author !== chat.name;
    const isSame = before?.author === message.author && before.mark === message.mark;
    const isGrouped = !isNewDay && !isFirstNew && before && isSame && sent.getTime() - new Date(before.sentAt).getTime() < together;
    return h(
        "li",
        { class: "message", "data-id": message.id, "data-grouped": isGrouped ? "yes" : "no", "data-calls": chat.isCalling(message.text) ? "yes" : "no" },
        isNewDay && h("p", { class: "day" }, h("span", {}, () => day(sent))),
        isFirstNew && h("p", { class: "day fresh" }, h("span", {}, () => t("newMessages"))),
        h("span", { class: "face", "aria-hidden": "true", "data-colour": () => colourOf(message.author + (isNamesake(channel, message) ? message.mark : "")) }, isGrouped ? "" : initialOf(message.author)),
        h(
            "div",
            { class: "said" },
            h(
                "p",
                { class: isGrouped ? "unseen" : "who" },
                h("strong", {}, message.author),
                h("span", { class: "mark", hidden: () => !isNamesake(channel, message) }, `#${message.mark ?? ""}`),
                h("time", { datetime: message.sentAt }, () => time(sent)),
            ),
            body(chat, channel, message),
            message.editedAt ? h("span", { class: "edited" }, () => t("edited")) : null,
        ),
        message.author === chat.name &&
            h(
                "button",
                { type: "button", class: "plain round menu", "aria-label": () => t("messageMenu", { when: time(sent) }), onclick: () => menu(chat, message) },
                icon("more"),
            ),
    );
}

/**
 * Whether somebody else of the same name is here or has written here: then a mark of the server tells them apart.
 * @param {TextChannel} channel
 * @param {Message} message
 */
function isNamesake(channel, { author, mark }) {
    if (mark === undefined) return false;
    const isOther = (/** @type {string} */ name, /** @type {string | undefined} */ of) => name === author && of !== undefined && of !== mark;
    return channel.messages().some((one) => isOther(one.author, one.mark)) || channel.online().some((one) => isOther(one.name, one.mark));
}

/**
 * What is written and has not arrived.
 * @param {Chat} chat
 * @param {Draft} draft
 */
export function waitingEntry(chat, draft) {
    return h(
        "li",
        { class: "message", "data-grouped": "no" },
        h("span", { class: "face", "aria-hidden": "true", "data-colour": colourOf(chat.name) }, initialOf(chat.name)),
        h(
            "div",
            { class: "said" },
            h("p", { class: "who" }, h("strong", {}, chat.name), h("span", {}, () => t(chat.link() === "open" ? "sending" : "sendingLater"))),
            h("p", { class: "words" }, draft.text),
        ),
    );
}

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 * @param {Message} message
 */
function body(chat, channel, message) {
    const names = channel.online.peek().map((peer) => peer.name);
    const paragraph = h("p", { class: "words" });
    for (const part of partsOf(message.text, chat.name, names)) {
        if (part.kind === "words") paragraph.append(part.text);
        else if (part.kind === "link") paragraph.append(link(part.text, part.href));
        else if (part.kind === "mention") paragraph.append(h("span", { class: part.isMine ? "mention mine" : "mention" }, part.text));
        else paragraph.append(picture(part.href, message.author));
    }
    return paragraph;
}

/**
 * A link; where what is written hides the place that it leads to, the place is said behind it.
 * @param {string} text
 * @param {string} href
 */
function link(text, href) {
    const place = hiddenPlace(text, href);
    return h(
        "a",
        { href, target: "_blank", rel: "noopener noreferrer nofollow", title: new URL(href).host },
        text,
        place && h("span", { class: "leads-to" }, ` → ${place}`),
    );
}

/**
 * @param {string} href
 * @param {string} author
 */
function picture(href, author) {
    return h(
        "a",
        { class: "picture", href, target: "_blank", rel: "noopener" },
        h("img", { src: href, alt: () => t("pictureAlt", { name: author }), loading: "lazy", decoding: "async" }),
    );
}

/**
 * @param {Chat} chat
 * @param {Message} message
 */
function menu(chat, message) {
    dialog(
        () => t("editMessage"),
        (close) => {
            const field = h("textarea", { id: "edit-text", rows: 4, maxlength: 4000, "aria-label": () => t("editMessage") });
            field.value = message.text;
            return [
                h(
                    "div",
                    { class: "fields" },
                    field,
                    h(
                        "button",
                        {
                            type: "button",
                            class: "primary",
                            id: "save",
                            onclick: () => {
                                const text = field.value.trim();
                                if (text && text !== message.text) chat.edit(message.id, text);
                                close();
                            },
                        },
                        () => t("save"),
                    ),
                    h(
                        "details",
                        { class: "end-for-all" },
                        h("summary", {}, () => t("deleteMessage")),
                        h("p", {}, () => t("deleteSure")),
                        h(
                            "button",
                            {
                                type: "button",
                                class: "danger",
                                id: "delete",
                                onclick: () => {
                                    chat.remove(message.id);
                                    close();
                                },
                            },
                            () => t("deleteMessage"),
                        ),
                    ),
                ),
            ];
        },
    );
}

/** @param {Date} date */
const time = (date) => new Intl.DateTimeFormat(language(), { hour: "numeric", minute: "2-digit" }).format(date);
/** @param {Date} date */
const day = (date) => new Intl.DateTimeFormat(language(), { weekday: "long", day: "numeric", month: "long" }).format(date);
