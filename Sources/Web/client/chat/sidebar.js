// SPDX-License-Identifier: Apache-2.0
// The list of channels: what is new in those for writing, and who is inside and speaks in those for talking.

import { choose, each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { languageSwitch } from "../home/frame.js";
import { asset } from "../core/place.js";
import { unlockTones } from "../media/tones.js";
import { createChannel, manageChannel } from "./dialogs.js";

/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./chat.js").Entry} Entry */
/** @typedef {import("./chat.js").Speaker} Speaker */
/** @typedef {import("./voice.js").Voice} Voice */

/**
 * @param {Chat} chat
 * @param {Voice} voice
 * @param {(name: string) => void} open
 */
export function sidebar(chat, voice, open) {
    const texts = h("ul", {});
    const voices = h("ul", {});
    /** Those of the list, and whatever was opened by a link besides. */
    const named = () => {
        chat.changed();
        const listed = chat.entries().filter((entry) => entry.kind === "text");
        const besides = [...chat.texts.keys()].filter((name) => !listed.some((entry) => entry.name === name));
        return [...listed.map((entry) => entry.name), ...besides];
    };
    const talking = () => {
        const listed = chat.entries().filter((entry) => entry.kind === "voice").map((entry) => entry.name);
        const present = voice.channel();
        return present && !listed.includes(present) ? [...listed, present] : listed;
    };
    each(texts, named, (name) => name, (name) => textRow(chat, name, open));
    each(voices, talking, (name) => name, (name) => voiceRow(chat, voice, name));
    return h(
        "nav",
        { class: "sidebar", "aria-label": () => t("chatTitle") },
        h(
            "header",
            {},
            h("a", { class: "brand", href: "/" }, h("img", { src: asset("images/tern.svg"), alt: "", width: 32, height: 32 }), h("span", {}, "Sterna")),
            languageSwitch(),
        ),
        h("h2", {}, () => t("textChannels")),
        texts,
        h("h2", {}, () => t("voiceChannels")),
        voices,
        h(
            "button",
            { type: "button", class: "secondary small", id: "new-channel", onclick: () => createChannel(chat, voice, open) },
            icon("plus"),
            h("span", {}, () => t("newChannel")),
        ),
    );
}

/**
 * @param {Chat} chat
 * @param {string} name
 * @param {(name: string) => void} open
 */
function textRow(chat, name, open) {
    const channel = () => (chat.changed(), chat.texts.get(name));
    const unread = () => channel()?.unread() ?? 0;
    return h(
        "li",
        {},
        h(
            "button",
            {
                type: "button",
                class: "row-button",
                "data-channel": name,
                "data-unread": () => (unread() > 0 ? "yes" : "no"),
                "aria-current": () => (chat.selected() === name ? "page" : null),
                onclick: () => open(name),
            },
            icon("hash"),
            h("span", { class: "row-name" }, name),
            choose(
                () => unread() || null,
                (count) =>
                    h(
                        "span",
                        { class: () => `badge-count ${channel()?.isCalled() ? "called" : ""}` },
                        h("span", { "aria-hidden": "true" }, () => `${channel()?.isCalled() ? "@" : ""}${Number(count) > 99 ? "99+" : count}`),
                        h("span", { class: "unseen" }, () => t("unreadCount", { count: Number(count) }) + (channel()?.isCalled() ? `, ${t("calledYou")}` : "")),
                    ),
            ),
        ),
        manage(chat, name),
    );
}

/**
 * @param {Chat} chat
 * @param {Voice} voice
 * @param {string} name
 */
function voiceRow(chat, voice, name) {
    const isHere = () => voice.channel() === name;
    /** @returns {Speaker[]} */
    const inside = () => {
        const visit = voice.visit();
        if (visit && isHere()) {
            const own = { name: voice.name, muted: voice.isSilent(), speaking: visit.own.isSpeaking() && !voice.isSilent() };
            return [own, ...visit.mesh.people().map((person) => ({ name: person.name(), muted: !person.audio(), speaking: person.isSpeaking() }))];
        }
        return chat.voices()[name] ?? [];
    };
    const list = h("ul", { class: "inside" });
    each(
        list,
        () => inside().map((speaker, index) => ({ key: `${index} ${speaker.name} ${speaker.muted} ${speaker.speaking}`, speaker })),
        ({ key }) => key,
        ({ speaker }) =>
            h(
                "li",
                { "data-speaking": speaker.speaking ? "yes" : "no" },
                icon(speaker.muted ? "microphone-off" : speaker.speaking ? "sound" : "microphone"),
                h("span", {}, speaker.name),
                (speaker.muted || speaker.speaking) && h("span", { class: "unseen" }, () => `, ${t(speaker.muted ? "mutedMark" : "speaking")}`),
            ),
    );
    return h(
        "li",
        {},
        h(
            "button",
            {
                type: "button",
                class: "row-button",
                "data-voice": name,
                "aria-current": () => (isHere() ? "true" : null),
                "aria-label": () => (isHere() ? t("voiceIn", { channel: name }) : t("joinChannel", { channel: name })),
                onclick: () => {
                    unlockTones();
                    voice.join(name);
                },
            },
            icon("sound"),
            h("span", { class: "row-name" }, name),
            h("span", { class: "row-count" }, () => (inside().length > 0 ? String(inside().length) : "")),
        ),
        manage(chat, name),
        list,
    );
}

/**
 * For whoever made the channel.
 * @param {Chat} chat
 * @param {string} name
 */
function manage(chat, name) {
    return choose(
        () => chat.entries().some((entry) => entry.name === name && entry.mine),
        () =>
            h(
                "button",
                { type: "button", class: "plain round", "aria-label": () => `${t("manage")}: ${name}`, onclick: () => manageChannel(chat, name) },
                icon("settings"),
            ),
    );
}
