// SPDX-License-Identifier: Apache-2.0
// The channels on the screen: the list, the channel that is open, and the bar of the voice channel one is in.

import { say } from "../core/announce.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { unlockTones } from "../media/tones.js";
import { conversation } from "./conversation.js";
import { addressOf } from "./keys.js";
import { sidebar } from "./sidebar.js";
import { voiceBar } from "./voice-bar.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./chat.js").Chat} Chat */
/** @typedef {import("./voice.js").Voice} Voice */

/** @type {Record<import("./chat.js").Trouble, Word>} */
const troubles = {
    "not-yours": "notYours",
    "not-saved": "notSaved",
    "rate-limited": "slowDown",
    banned: "bannedHere",
    kicked: "kickedHere",
    "no-such-channel": "noChannel",
};

/** On a telephone there is room for either the list or a channel; beside each other, the first stands open at once. */
const isWide = () => matchMedia("(min-width: 761px)").matches;

/**
 * @param {Chat} chat
 * @param {Voice} voice
 * @param {() => string | null} channelInAddress
 */
export function chatScreen(chat, voice, channelInAddress) {
    const isListShown = signal(channelInAddress() === null);
    /** @param {string} name */
    const open = (name) => {
        isListShown.set(false);
        chat.maybeVoice.set(null);
        chat.text(name);
        if (chat.selected.peek() === name) return;
        chat.selected.set(name);
        history.pushState(null, "", addressOf(name));
    };
    const back = () => {
        isListShown.set(true);
        if (isWide()) return;
        // What is out of sight is not being read.
        chat.selected.set(null);
        history.pushState(null, "", `/chat${location.search}`);
    };
    const follow = () => {
        const name = channelInAddress();
        if (name && chat.entries.peek().some((entry) => entry.name === name && entry.kind === "voice")) {
            chat.maybeVoice.set(name);
            isListShown.set(false);
            return;
        }
        if (name) chat.text(name);
        chat.selected.set(name);
        isListShown.set(name === null);
    };
    window.addEventListener("popstate", follow);
    const seen = () => {
        const name = chat.selected.peek();
        if (document.visibilityState === "visible" && name) chat.text(name).markRead();
    };
    document.addEventListener("visibilitychange", seen);
    onEnd(() => {
        window.removeEventListener("popstate", follow);
        document.removeEventListener("visibilitychange", seen);
        voice.leave();
    });

    void chat.start().then(() => {
        follow();
        const first = chat.entries.peek().find((entry) => entry.kind === "text");
        if (isWide() && chat.selected.peek() === null && chat.maybeVoice.peek() === null && first) {
            chat.text(first.name);
            chat.selected.set(first.name);
        }
    });
    effect(() => {
        const { count } = chat.unread();
        const name = chat.selected();
        document.title = `${count > 0 ? `(${count}) ` : ""}${name ? `#${name} · ` : ""}${t("chatTitle")} · Sterna`;
    });
    effect(() => {
        const trouble = chat.trouble();
        if (trouble) say(t(troubles[trouble]));
    });
    effect(() => {
        if (chat.link() === "lost") say(t("reconnectingAlone"));
    });
    return h(
        "main",
        { class: "chat", "data-view": () => (isListShown() ? "list" : "channel"), "data-link": chat.link },
        h("h1", { class: "unseen" }, () => t("chatTitle")),
        sidebar(chat, voice, open),
        h(
            "div",
            { class: "channel" },
            choose(
                () => (chat.link() === "lost" ? "lost" : null),
                () => h("p", { class: "strip", role: "status" }, () => t("reconnectingAlone")),
            ),
            choose(chat.trouble, (trouble) => h("p", { class: "strip", role: "status" }, () => t(troubles[/** @type {keyof typeof troubles} */ (trouble)]))),
            choose(
                () => (chat.changed(), chat.selected()),
                (name) => conversation(chat, chat.text(String(name)), back),
            ),
            choose(
                () => (chat.selected() === null ? (chat.maybeVoice() ?? true) : null),
                (name) => (name === true ? h("p", { class: "nothing" }, () => t("chooseChannel")) : invitation(voice, String(name), back)),
            ),
        ),
        voiceBar(voice),
    );
}

/**
 * What a link to a voice channel opens: nobody is heard before they have pressed a button.
 * @param {Voice} voice
 * @param {string} name
 * @param {() => void} back
 */
function invitation(voice, name, back) {
    return h(
        "div",
        { class: "nothing" },
        h(
            "button",
            {
                type: "button",
                class: "primary huge",
                id: "join-voice",
                onclick: () => {
                    unlockTones();
                    voice.join(name);
                },
            },
            icon("sound"),
            h("span", {}, () => t("joinChannel", { channel: name })),
        ),
        h("button", { type: "button", class: "plain back", onclick: back }, icon("back"), h("span", {}, () => t("chatTitle"))),
    );
}
