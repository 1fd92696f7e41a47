// SPDX-License-Identifier: Apache-2.0
// Making a channel, and what its maker may do with it.

import { dialog } from "../core/dialog.js";
import { choose, each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { cleanName } from "../core/name.js";
import { signal } from "../core/signal.js";
import { copyButton } from "../home/share.js";
import { ask } from "../people/me.js";
import { addressOf, keep } from "./keys.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./voice.js").Voice} Voice */

/** @param {string} name */
const linkTo = (name) => new URL(addressOf(name, ""), location.origin).href;
/** @param {string} name */
const pathOf = (name) => `/api/channels/${encodeURIComponent(name)}`;

/**
 * @param {Chat} chat
 * @param {Voice} voice
 * @param {(name: string) => void} open
 */
export function createChannel(chat, voice, open) {
    dialog(
        () => t("newChannel"),
        (close) => {
            const failure = signal(/** @type {Word | null} */ (null));
            const name = h("input", { id: "channel-name", maxlength: 64, autocomplete: "off", required: true });
            const isVoice = h("input", { id: "kind-voice", type: "radio", name: "kind" });
            const unlisted = h("input", { type: "checkbox", id: "unlisted" });
            let isMaking = false;
            /** @param {SubmitEvent} event */
            const create = async (event) => {
                event.preventDefault();
                const wanted = cleanName(name.value);
                if (!wanted || isMaking) return;
                isMaking = true;
                const kind = isVoice.checked ? "voice" : "text";
                const made = await ask("POST", "/api/channels", { name: wanted, kind, unlisted: unlisted.checked });
                if (typeof made === "number") {
                    failure.set(made === 409 ? "channelTaken" : "channelRefused");
                    isMaking = false;
                    return;
                }
                keep(wanted, made.key);
                await chat.list();
                if (kind === "voice") voice.join(wanted);
                else open(wanted);
                // The dialog goes when the channel is there: the address that is copied now is the channel's.
                close();
            };
            return [
                h(
                    "form",
                    { class: "fields", onsubmit: create },
                    h("div", { class: "field" }, h("label", { for: "channel-name" }, () => t("channelName")), name),
                    h(
                        "fieldset",
                        {},
                        h("legend", {}, () => t("channelKind")),
                        h("label", { class: "check" }, h("input", { type: "radio", name: "kind", id: "kind-text", checked: true }), icon("hash"), h("span", {}, () => t("kindText"))),
                        h("label", { class: "check" }, isVoice, icon("sound"), h("span", {}, () => t("kindVoice"))),
                    ),
                    h("label", { class: "check" }, unlisted, h("span", {}, () => t("unlisted"))),
                    complaint(failure),
                    h("button", { class: "primary", id: "create" }, () => t("create")),
                ),
            ];
        },
    );
}

/**
 * @param {Chat} chat
 * @param {string} name
 */
export function manageChannel(chat, name) {
    dialog(
        () => `${t("manage")}: ${name}`,
        (close) => {
            const failure = signal(/** @type {Word | null} */ (null));
            const field = h("input", { id: "channel-name", maxlength: 64, autocomplete: "off", required: true, value: name });
            /**
             * @param {string} method
             * @param {string} path
             * @param {unknown} [body]
             */
            const act = async (method, path, body) => {
                const answer = await ask(method, path, body);
                failure.set(typeof answer === "number" ? (answer === 409 ? "channelTaken" : "channelRefused") : null);
                return typeof answer !== "number";
            };
            /** @param {SubmitEvent} event */
            const rename = async (event) => {
                event.preventDefault();
                const wanted = cleanName(field.value);
                if (wanted && (await act("PATCH", pathOf(name), { name: wanted }))) {
                    close();
                    await chat.list();
                }
            };
            const shut = async () => {
                if (await act("DELETE", pathOf(name))) {
                    close();
                    await chat.list();
                }
            };
            return [
                h(
                    "div",
                    { class: "fields" },
                    copyButton(linkTo(name)),
                    h(
                        "form",
                        { class: "field", onsubmit: rename },
                        h("label", { for: "channel-name" }, () => t("channelName")),
                        h("div", { class: "row" }, field, h("button", { class: "secondary" }, () => t("rename"))),
                    ),
                    complaint(failure),
                    people(chat, name, act),
                    bans(name, act),
                    h(
                        "details",
                        { class: "end-for-all" },
                        h("summary", {}, () => t("closeChannel")),
                        h("p", {}, () => t("closeChannelSure")),
                        h("button", { type: "button", class: "danger", id: "close-channel", onclick: () => void shut() }, () => t("closeNow")),
                    ),
                ),
            ];
        },
    );
}

/**
 * @param {Chat} chat
 * @param {string} name
 * @param {(method: string, path: string) => Promise<boolean>} act
 */
function people(chat, name, act) {
    const list = h("ul", { class: "people" });
    each(
        list,
        () => (chat.texts.get(name)?.online() ?? []).filter((peer) => peer.peerId !== chat.peerId),
        (peer) => peer.peerId,
        (peer) =>
            h(
                "li",
                {},
                h("span", { class: "row-name" }, peer.name),
                h("button", { type: "button", class: "secondary small", "aria-label": () => t("kickName", { name: peer.name }), onclick: () => void act("DELETE", `${pathOf(name)}/peers/${peer.peerId}`) }, () => t("kick")),
                h("button", { type: "button", class: "danger small", "aria-label": () => t("banName", { name: peer.name }), onclick: () => void act("DELETE", `${pathOf(name)}/peers/${peer.peerId}?ban=true`) }, () => t("ban")),
            ),
    );
    return list;
}

/**
 * @param {string} name
 * @param {(method: string, path: string) => Promise<boolean>} act
 */
function bans(name, act) {
    const banned = signal(/** @type {{ userId: string, name: string }[]} */ ([]));
    void ask("GET", `${pathOf(name)}/bans`).then((answer) => banned.set(answer?.bans ?? []));
    const list = h("ul", { class: "people" });
    each(
        list,
        banned,
        (one) => one.userId,
        (one) =>
            h(
                "li",
                {},
                h("span", { class: "row-name" }, `${one.name} · ${t("banned")}`),
                h(
                    "button",
                    {
                        type: "button",
                        class: "secondary small",
                        onclick: async () => {
                            if (await act("DELETE", `${pathOf(name)}/bans/${one.userId}`)) banned.set(banned.peek().filter((other) => other !== one));
                        },
                    },
                    () => t("forgive"),
                ),
            ),
    );
    return list;
}

/** @param {() => Word | null} failure */
function complaint(failure) {
    return choose(failure, (word) => h("p", { class: "error", role: "alert" }, () => t(/** @type {Word} */ (word))));
}
