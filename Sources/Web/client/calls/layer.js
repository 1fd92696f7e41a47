// SPDX-License-Identifier: Apache-2.0
// The call over everything else: it rings, it is answered, one talks, and in the end is told how it ended.

import { interrupt } from "../core/announce.js";
import { colourOf, initialOf } from "../core/colour.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { meter } from "../media/meter.js";
import { stayAwake } from "../media/wake.js";
import { banners } from "../room/banners.js";
import { Loudspeakers } from "../room/loudspeakers.js";
import { ownTile, tile } from "../room/tiles.js";
import { callBar } from "./bar.js";
import { reasonWords } from "./reasons.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./telephone.js").CallInHand} CallInHand */
/** @typedef {import("./telephone.js").Telephone} Telephone */

/** How long one is told that a call is over before the page is as it was, in milliseconds. */
const farewell = 6000;

/** @param {Telephone} telephone */
export function callLayer(telephone) {
    /** The screens that differ in what can be done. */
    const screen = () => {
        const state = telephone.state();
        if (state === "incoming_ringing") return `ringing ${telephone.machine.name}`;
        if (state === "outgoing" || state === "connecting" || state === "connected") return telephone.call() ? "talk" : null;
        return state === "ended" || state === "failed" ? `over ${telephone.changed()}` : null;
    };
    effect(() => {
        if (telephone.state() === "incoming_ringing") interrupt(t("callsYou", { name: telephone.machine.name }));
    });
    return choose(screen, (key) => {
        const text = String(key);
        if (text.startsWith("ringing")) return layer("incoming", ringing(telephone));
        if (text === "talk") {
            const call = telephone.call.peek();
            return call && talk(telephone, call);
        }
        return layer("over", ended(telephone));
    });
}

/**
 * Over the whole page, with the focus inside.
 * @param {string} name
 * @param {HTMLElement[]} parts
 */
function layer(name, parts) {
    const element = h("dialog", { class: "layer", "data-layer": name, oncancel: (/** @type {Event} */ event) => event.preventDefault() }, ...parts);
    queueMicrotask(() => element.isConnected && element.showModal());
    return element;
}

/** @param {Telephone} telephone */
function ringing(telephone) {
    const { name, video } = telephone.machine;
    return [
        h(
            "div",
            { class: "ringing", role: "alertdialog", "aria-labelledby": "who-calls" },
            portrait(name, true),
            h("h2", { id: "who-calls", tabindex: "-1", autofocus: true }, name || t("guest")),
            h("p", { class: "lead" }, () => t(video ? "ringsVideo" : "ringsVoice")),
            h(
                "div",
                { class: "answers" },
                h("button", { type: "button", class: "danger huge", id: "decline", onclick: () => telephone.do({ type: "decline" }) }, icon("leave"), h("span", {}, () => t("decline"))),
                h("button", { type: "button", class: "good huge", id: "accept-voice", onclick: () => telephone.do({ type: "accept", video: false }) }, icon("phone"), h("span", {}, () => t("acceptVoice"))),
                h("button", { type: "button", class: "good huge", id: "accept-video", onclick: () => telephone.do({ type: "accept", video: true }) }, icon("camera"), h("span", {}, () => t("acceptVideo"))),
            ),
            h("p", { class: "hint" }, () => t("acceptHint")),
        ),
    ];
}

/** @param {Telephone} telephone */
function ended(telephone) {
    const { reason, name, chat, video, state } = telephone.machine;
    const word = reasonWords[reason ?? "hangup"];
    const dismiss = () => {
        telephone.do({ type: "dismiss" });
        // Under the button is then the head of the page, and nothing that rings somebody.
        scrollTo(0, 0);
    };
    const timer = window.setTimeout(dismiss, farewell);
    onEnd(() => clearTimeout(timer));
    interrupt(t(word, { name }));
    const isCalledAgain = reason !== "answered-elsewhere" && reason !== "rejected-elsewhere" && reason !== "declined";
    return [
        h(
            "header",
            { class: "over-top" },
            h("button", { type: "button", class: "plain", id: "dismiss", onclick: dismiss }, icon("close"), h("span", {}, () => t("close"))),
        ),
        h(
            "div",
            { class: "ringing", "data-reason": reason ?? "", "data-state": state },
            portrait(name, false),
            h("h2", { tabindex: "-1", autofocus: true }, () => t(word, { name })),
            h("p", { class: "lead" }, name),
            isCalledAgain &&
                h(
                    "button",
                    {
                        type: "button",
                        class: "primary",
                        id: "call-again",
                        onclick: () => telephone.dial(telephone.contacts.find(chat) ?? { chatId: chat, userId: "", name, online: false }, video),
                    },
                    icon(video ? "camera" : "phone"),
                    h("span", {}, () => t("callAgain")),
                ),
        ),
    ];
}

/**
 * @param {string} name
 * @param {boolean} isRinging
 */
function portrait(name, isRinging) {
    return h("div", { class: "portrait", "data-rings": isRinging ? "yes" : "no", "aria-hidden": "true" }, h("span", { class: "face", "data-colour": colourOf(name) }, initialOf(name)));
}

/**
 * One calls, or talks.
 * @param {Telephone} telephone
 * @param {CallInHand} call
 */
function talk(telephone, call) {
    stayAwake();
    const { machine } = telephone;
    const seconds = signal(0);
    const timer = window.setInterval(() => seconds.set(seconds.peek() + 1), 1000);
    onEnd(() => clearInterval(timer));
    const loudspeakers = new Loudspeakers(call.media.output);
    const { isSpeaking } = meter(call.media.tracks.audio);
    const status = () => {
        telephone.changed();
        if (machine.state === "outgoing") return t(machine.isRinging ? "rings" : "dials");
        if (machine.state === "connecting") return t("statusConnecting");
        const condition = call.people()[0]?.condition();
        seconds();
        return condition === "trouble" ? t("statusTrouble") : clock(call.since());
    };
    return h(
        "div",
        {
            class: "call talk",
            "data-status": () => (telephone.state() === "connected" ? (call.people()[0]?.condition() ?? "connecting") : telephone.state()),
            "data-people": "1",
        },
        h(
            "header",
            { class: "call-top" },
            h("h1", { tabindex: "-1" }, machine.name),
            h("p", { class: "status", "aria-live": "off" }, h("span", { class: "dot", "aria-hidden": "true" }), h("span", {}, status)),
        ),
        h(
            "main",
            { class: "stage" },
            banners(call, loudspeakers, { isSpeaking }),
            h(
                "div",
                { class: "tiles", "data-count": "1", "data-focus": "no" },
                ownTile(call, { isSpeaking }),
                choose(
                    () => (telephone.state() === "outgoing" ? undefined : call.people()[0]) ?? "waiting",
                    (person) =>
                        typeof person === "object"
                            ? tile(person, loudspeakers)
                            : h("div", { class: "tile waits" }, portrait(machine.name, true), h("p", {}, () => (telephone.changed(), t(machine.isRinging ? "rings" : "dials")))),
                ),
            ),
        ),
        callBar(call, () => telephone.do({ type: "hang-up" })),
    );
}

/**
 * How long one has been talking.
 * @param {number} since
 */
function clock(since) {
    const all = Math.max(0, Math.floor((Date.now() - since) / 1000));
    return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
}
