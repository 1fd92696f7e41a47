// SPDX-License-Identifier: Apache-2.0
// A text channel that is open: its head, its messages, and the field to write in.

import { dialog } from "../core/dialog.js";
import { choose, each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { copyButton } from "../home/share.js";
import { composer } from "./composer.js";
import { entry, waitingEntry } from "./entry.js";

/** @typedef {import("./channel.js").TextChannel} TextChannel */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./history.js").Message} Message */

/** Nearer than this to the end one is at the end, in pixels. */
const nearEnd = 80;

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 * @param {() => void} back
 */
export function conversation(chat, channel, back) {
    const results = signal(/** @type {Message[] | null} */ (null));
    const isSearching = signal(false);
    return h(
        "section",
        { class: "conversation", "data-conversation": channel.name },
        h(
            "header",
            { class: "channel-head" },
            h("button", { type: "button", class: "plain round back", "aria-label": () => t("back"), onclick: back }, icon("back")),
            h("h2", { tabindex: "-1" }, icon("hash"), h("span", {}, channel.name)),
            h(
                "button",
                { type: "button", class: "plain small", id: "people", onclick: () => peopleDialog(channel) },
                icon("people"),
                h("span", { "aria-hidden": "true" }, () => String(channel.online().length)),
                h("span", { class: "unseen" }, () => t("peopleHere", { count: channel.online().length })),
            ),
            h(
                "button",
                {
                    type: "button",
                    class: "plain small",
                    id: "search",
                    "aria-expanded": () => String(isSearching()),
                    onclick: () => {
                        isSearching.set(!isSearching.peek());
                        results.set(null);
                    },
                },
                icon("search"),
                h("span", {}, () => t("search")),
            ),
        ),
        choose(isSearching, () => searchForm(chat, channel, results)),
        choose(
            () => results() !== null,
            () => found(chat, channel, results.peek() ?? []),
        ),
        log(chat, channel, () => results() !== null),
        h("p", { class: "typing", "aria-live": "off" }, () => typingWords(channel)),
        composer(chat, channel),
    );
}

/** @param {TextChannel} channel */
function typingWords(channel) {
    const names = [...new Set(channel.typing().map((one) => one.name))];
    if (names.length === 0) return "";
    return names.length === 1 ? t("typingOne", { name: names[0] ?? "" }) : t("typingMany", { names: names.slice(0, 3).join(", ") });
}

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 * @param {() => boolean} isHidden
 */
function log(chat, channel, isHidden) {
    const list = h("ol", { class: "messages" });
    // Where the reading stopped, as it was when the channel was opened.
    const mark = channel.unread.peek() > 0 ? channel.readUpTo : null;
    eachInOrder(list, channel.messages, (message, before) => entry(chat, channel, message, before, mark));
    const waiting = h("ol", { class: "messages waiting" });
    each(waiting, channel.waiting, (draft) => draft.nonce, (draft) => waitingEntry(chat, draft));
    const isAtEnd = signal(true);
    /** @type {HTMLElement} */
    const scroller = h(
        "div",
        {
            class: "scroller",
            tabindex: "0",
            role: "log",
            "aria-live": "polite",
            "aria-relevant": "additions",
            "aria-label": () => `#${channel.name()}`,
            hidden: isHidden,
            onscroll: () => isAtEnd.set(scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEnd),
        },
        choose(channel.hasOlder, () =>
            h(
                "button",
                { type: "button", class: "secondary small older", id: "older", "aria-disabled": () => (channel.isLoading() ? "true" : null), onclick: () => void keepPlace(scroller, () => chat.loadOlder(channel)) },
                icon("again"),
                h("span", {}, () => t("older")),
            ),
        ),
        choose(
            () => channel.messages().length === 0 && channel.waiting().length === 0 && !channel.isLoading() && chat.link() === "open",
            () => h("p", { class: "nothing" }, () => t("emptyChannel")),
        ),
        list,
        waiting,
    );
    const toEnd = () => (scroller.scrollTop = scroller.scrollHeight);
    effect(() => {
        channel.messages();
        channel.waiting();
        if (isAtEnd.peek()) requestAnimationFrame(toEnd);
    });
    // A picture that comes late pushes nothing out of sight.
    const grown = new ResizeObserver(() => isAtEnd.peek() && toEnd());
    grown.observe(list);
    grown.observe(scroller);
    onEnd(() => grown.disconnect());
    channel.markRead();
    return h(
        "div",
        { class: "log" },
        scroller,
        choose(
            () => !isAtEnd() && !isHidden(),
            () => h("button", { type: "button", class: "primary small to-end", onclick: toEnd }, icon("down"), h("span", {}, () => t("newest"))),
        ),
    );
}

/**
 * Children for messages in their order: new ones are put where they belong, changed ones are made anew.
 * @param {HTMLElement} list
 * @param {() => Message[]} messages
 * @param {(message: Message, before: Message | undefined) => HTMLElement} make
 */
function eachInOrder(list, messages, make) {
    /** @type {Map<string, { node: HTMLElement, key: string }>} */
    const present = new Map();
    effect(() => {
        const wanted = messages();
        const ids = new Set(wanted.map((message) => message.id));
        for (const [id, { node }] of present) {
            if (ids.has(id)) continue;
            node.remove();
            present.delete(id);
        }
        /** @type {HTMLElement | null} */
        let next = null;
        for (let index = wanted.length - 1; index >= 0; index -= 1) {
            const message = /** @type {Message} */ (wanted[index]);
            const before = wanted[index - 1];
            const key = `${message.text}\n${message.editedAt ?? ""}\n${before?.author ?? ""}\n${before?.sentAt.slice(0, 15) ?? ""}`;
            let known = present.get(message.id);
            if (known?.key !== key) {
                known?.node.remove();
                known = { node: make(message, before), key };
                present.set(message.id, known);
                if (next) next.before(known.node);
                else list.append(known.node);
            }
            next = known.node;
        }
    });
}

/**
 * Keeps what is looked at where it is while something is put in above.
 * @param {HTMLElement} scroller
 * @param {() => Promise<void>} work
 */
async function keepPlace(scroller, work) {
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    await work();
    requestAnimationFrame(() => (scroller.scrollTop = scroller.scrollHeight - fromEnd));
}

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 * @param {import("../core/signal.js").Signal<Message[] | null>} results
 */
function searchForm(chat, channel, results) {
    const field = h("input", { id: "words", type: "search", "aria-label": () => t("searchWords"), placeholder: () => t("searchWords") });
    queueMicrotask(() => field.focus());
    return h(
        "form",
        {
            class: "search-form",
            role: "search",
            onsubmit: async (/** @type {SubmitEvent} */ event) => {
                event.preventDefault();
                const words = field.value.trim();
                results.set(words ? ((await chat.search(channel, words)) ?? []) : null);
            },
        },
        field,
        h("button", { class: "secondary", "aria-label": () => t("search") }, icon("search")),
    );
}

/**
 * @param {Chat} chat
 * @param {TextChannel} channel
 * @param {Message[]} messages
 */
function found(chat, channel, messages) {
    return h(
        "div",
        { class: "found" },
        h("p", { role: "status" }, () => (messages.length > 0 ? t("found", { count: messages.length }) : t("foundNone"))),
        h("ol", { class: "messages" }, messages.map((message) => entry(chat, channel, message, undefined, null))),
    );
}

/** @param {TextChannel} channel */
function peopleDialog(channel) {
    dialog(
        () => t("hereNow"),
        () => {
            const list = h("ul", { class: "people" });
            each(list, channel.online, (peer) => peer.peerId, (peer) => h("li", {}, h("span", { class: "row-name" }, peer.name)));
            return [list, copyButton(`${location.origin}/chat/${encodeURIComponent(channel.name.peek())}`)];
        },
    );
}
