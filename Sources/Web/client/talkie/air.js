// SPDX-License-Identifier: Apache-2.0
// On the air: whose picture it is, who is there, and the big button.

import { interrupt, say } from "../core/announce.js";
import { choose, each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect } from "../core/signal.js";
import { header } from "../home/frame.js";
import { copyButton } from "../home/share.js";
import { stayAwake } from "../media/wake.js";
import { troubles } from "../room/troubles.js";
import { containerOf } from "./formats.js";
import { holdButton } from "./hold.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./frames.js").Peer} Peer */
/** @typedef {import("./talkie.js").Talkie} Talkie */

/** @type {Record<import("./talkie.js").Notice, Word>} */
const notices = { busy: "airBusy", taken: "airTaken", "no-microphone": "airNoMicrophone", "no-recorder": "airNoRecorder" };

/**
 * @param {Talkie} talkie
 * @param {() => void} leave
 */
export function airScreen(talkie, leave) {
    talkie.start();
    stayAwake();
    const name = () => talkie.talker()?.name ?? "";
    const isMine = () => talkie.state() === "talking" || talkie.state() === "ending";
    effect(() => {
        if (talkie.state() === "listening") say(t("airTalks", { name: name() }));
        if (talkie.state() === "talking") interrupt(t("airYours"));
    });
    effect(() => {
        const notice = talkie.notice();
        if (notice) interrupt(t(notices[notice]));
    });
    return h(
        "div",
        { class: "page talkie", "data-screen": "air", "data-state": talkie.state, "data-link": talkie.link },
        header(),
        h(
            "main",
            {},
            h(
                "div",
                { class: "air-head" },
                h("h1", { tabindex: "-1" }, icon("radio"), h("span", {}, talkie.room)),
                copyButton(`${location.origin}/talkie/${encodeURIComponent(talkie.room)}`, { size: "small", word: "copyShort" }),
                h("button", { type: "button", class: "plain small", id: "leave", onclick: leave }, icon("leave"), h("span", {}, () => t("leave"))),
            ),
            troubles(talkie.media),
            stage(talkie, name, isMine),
            people(talkie),
            h("p", { class: "air-status", role: "status" }, () => status(talkie, name())),
            h(
                "div",
                { class: "controls" },
                soundOnly(talkie),
                holdButton(talkie),
                again(talkie),
            ),
            h("p", { class: "hint", id: "talk-how" }, () => t("talkHow")),
        ),
    );
}

/**
 * @param {Talkie} talkie
 * @param {string} name
 */
function status(talkie, name) {
    const notice = talkie.notice();
    if (talkie.link() !== "open") return t(talkie.link() === "lost" ? "reconnectingAlone" : "joining");
    if (notice) return t(notices[notice]);
    switch (talkie.state()) {
        case "listening":
            return t("airTalks", { name });
        case "talking":
            return t("airYours");
        case "asking":
            return t("talkAsking");
        default:
            if (talkie.isReplaying()) return t("airReplay");
            return talkie.peers().length > 1 ? t("airFree") : t("airAlone");
    }
}

/**
 * The picture of whoever talks; one's own while one talks oneself.
 * @param {Talkie} talkie
 * @param {() => string} name
 * @param {() => boolean} isMine
 */
function stage(talkie, name, isMine) {
    const { player, media } = talkie;
    const own = h("video", { class: "mirrored own", autoplay: true, playsinline: true, muted: true, "aria-hidden": "true" });
    effect(() => {
        const track = media.tracks.video();
        own.srcObject = track ? new MediaStream([track]) : null;
    });
    const shown = () => {
        if (isMine()) return media.tracks.video() && media.wants.video() ? "own" : "own-voice";
        const condition = player.condition();
        if (condition === "unplayable" || condition === "blocked") return condition;
        if (talkie.state() === "listening" || talkie.isReplaying()) return player.hasPicture() ? "picture" : "voice";
        return "quiet";
    };
    return h(
        "div",
        { class: "stage-air", "data-shown": shown, "data-camera": () => (media.tracks.video() ? "on" : "off") },
        player.video,
        player.audio,
        own,
        choose(shown, (key) => words(String(key), talkie, name)),
    );
}

/**
 * What stands where there is no picture.
 * @param {string} key
 * @param {Talkie} talkie
 * @param {() => string} name
 */
function words(key, talkie, name) {
    switch (key) {
        case "quiet":
            return h("div", { class: "air-words" }, icon("radio"), h("p", {}, () => t("airQuiet")));
        case "voice":
        case "own-voice":
            return h(
                "div",
                { class: "air-words" },
                h("div", { class: "waves", "aria-hidden": "true" }, h("span"), h("span"), h("span"), h("span"), h("span")),
                h("p", {}, () => (key === "voice" ? name() : t("airYours"))),
            );
        case "unplayable":
            return h(
                "div",
                { class: "air-words", role: "alert" },
                icon("warning"),
                h("p", {}, () => t("airUnplayable", { name: name(), format: containerOf(talkie.mime() ?? "") })),
            );
        case "blocked":
            return h(
                "div",
                { class: "air-words" },
                h("button", { type: "button", class: "primary", id: "unblock", onclick: () => talkie.player.play() }, icon("sound"), h("span", {}, () => t("tapToHear"))),
            );
        default:
            return h("p", { class: "air-name" }, icon("sound"), h("span", {}, () => (key === "own" ? t("you") : name())));
    }
}

/** @param {Talkie} talkie */
function people(talkie) {
    const list = h("ul", { class: "chips", tabindex: "0", "aria-label": () => t("airPeople") });
    each(
        list,
        talkie.peers,
        (peer) => `${peer.peerId} ${peer.name}`,
        (peer) => chip(talkie, peer),
    );
    return list;
}

/**
 * @param {Talkie} talkie
 * @param {Peer} peer
 */
function chip(talkie, peer) {
    const talks = () => talkie.talker()?.peerId === peer.peerId;
    return h(
        "li",
        { class: "chip", "data-talks": () => (talks() ? "yes" : "no") },
        choose(talks, () => icon("microphone")),
        h("span", {}, () => (peer.peerId === talkie.you() ? `${peer.name} (${t("you")})` : peer.name)),
        choose(talks, () => h("span", { class: "unseen" }, () => t("airTalksMark"))),
    );
}

/** @param {Talkie} talkie */
function soundOnly({ media, state }) {
    const isOnly = () => !media.wants.video();
    return h(
        "button",
        {
            type: "button",
            id: "sound-only",
            class: "tool",
            "aria-pressed": () => String(isOnly()),
            // In the middle of a talk the recording would break off.
            "aria-disabled": () => (state() === "talking" ? "true" : null),
            onclick: () => state.peek() !== "talking" && void media.turn("video", isOnly()),
        },
        icon("sound"),
        h("span", {}, () => t("soundOnly")),
    );
}

/** @param {Talkie} talkie */
function again(talkie) {
    const isAble = () => talkie.hasLast() && talkie.state() === "free";
    return h(
        "button",
        {
            type: "button",
            id: "replay",
            class: "tool",
            "aria-disabled": () => (isAble() ? null : "true"),
            "data-unheard": () => (talkie.unheard() > 0 ? "yes" : "no"),
            onclick: () => talkie.replay(),
        },
        icon("again"),
        h("span", {}, () => t("replay")),
        choose(
            () => talkie.unheard() || null,
            (count) => h("span", { class: "count" }, h("span", { "aria-hidden": "true" }, String(count)), h("span", { class: "unseen" }, () => t("unheard", { count: Number(count) }))),
        ),
    );
}
