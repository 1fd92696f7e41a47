// SPDX-License-Identifier: Apache-2.0
// One tile for each person: the picture, the name, and in words what is the matter with them.

import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect } from "../core/signal.js";
import { mark } from "../debug.js";
import { isTelephone } from "../media/constraints.js";
import { mover, presentCorner } from "./corner.js";

/** @typedef {import("../call/conversation.js").Conversation} Call */
/** @typedef {import("../peer/person.js").Person} Person */
/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./loudspeakers.js").Loudspeakers} Loudspeakers */
/** @typedef {import("./view.js").Source} Source */
/** @typedef {import("./view.js").View} View */

/**
 * @param {Person} person
 * @param {Loudspeakers} loudspeakers
 * @param {View | null} view Null where there is one picture only.
 */
export function tile(person, loudspeakers, view = null) {
    const video = h("video", { autoplay: true, playsinline: true, muted: true, "aria-hidden": "true" });
    const audio = h("audio", { autoplay: true });
    video.srcObject = person.streams.video;
    audio.srcObject = person.streams.audio;
    loudspeakers.add(audio);
    effect(() => {
        if (person.played() === 0) return;
        void loudspeakers.play(audio);
        void video.play().catch(() => {});
    });
    noteFirstFrame(video);

    const name = () => person.name() || t("guest");
    /** @returns {Word | null} */
    const trouble = () => {
        const condition = person.condition();
        if (condition === "connected") return null;
        if (person.isAway()) return "tileAway";
        return /** @type {const} */ ({ connecting: "tileConnecting", trouble: "tileTrouble", failed: "tileFailed" })[condition];
    };
    const isWeak = () => person.condition() === "connected" && person.incoming() === "poor";
    return h(
        "figure",
        {
            class: () => (view?.isMain(person, "camera") ? "tile main" : "tile"),
            onclick: (/** @type {MouseEvent} */ event) => isPicture(event) && view?.pin(person, "camera"),
            "data-peer": person.id,
            "data-condition": person.condition,
            "data-picture": () => (person.video() && person.condition() !== "connecting" ? "on" : "off"),
            "data-speaking": () => (person.isSpeaking() ? "yes" : "no"),
        },
        video,
        audio,
        avatar(name),
        choose(trouble, (word) =>
            h(
                "div",
                { class: "tile-words" },
                icon(word === "tileAway" ? "away" : word === "tileConnecting" ? "camera" : "warning"),
                h("p", {}, () => t(/** @type {Word} */ (word))),
                word === "tileFailed" &&
                    h("button", { type: "button", class: "primary small", onclick: () => person.pair?.retry() }, () => t("tryAgain")),
            ),
        ),
        view && pinButton(view, person, "camera", name),
        h(
            "figcaption",
            {},
            h("span", { class: "name", hidden: isWeak }, name),
            choose(isWeak, () => h("span", { class: "badge" }, icon("weak"), h("span", {}, () => t("weakThem", { name: name() })))),
            choose(
                () => person.condition() === "connected" && !person.audio(),
                () => mutedMark(),
            ),
        ),
    );
}

/**
 * One's own tile: the picture as in a mirror.
 * @param {Call} call
 * @param {{ isSpeaking: () => boolean }} own
 */
export function ownTile(call, { isSpeaking }) {
    const { media } = call;
    const video = h("video", { class: "mirrored", autoplay: true, playsinline: true, muted: true, "aria-hidden": "true" });
    const stream = new MediaStream();
    video.srcObject = stream;
    effect(() => {
        const track = media.tracks.video();
        for (const old of stream.getTracks()) stream.removeTrack(old);
        if (!track) return;
        stream.addTrack(track);
        // Only the camera that looks at oneself is a mirror.
        video.classList.toggle("mirrored", track.getSettings().facingMode !== "environment");
        void video.play().catch(() => {});
    });
    const name = () => (call.name ? `${call.name} (${t("you")})` : t("you"));
    /** @type {HTMLElement} */
    const figure = h(
        "figure",
        {
            class: "tile own",
            "data-corner": presentCorner,
            "data-picture": () => (media.isSending.video() ? "on" : "off"),
            "data-speaking": () => (isSpeaking() && media.isSending.audio() ? "yes" : "no"),
        },
        video,
        avatar(() => call.name || t("you")),
        mover(() => figure),
        choose(
            () => isTelephone && media.isSending.video() && media.devices.video().length > 1,
            () =>
                h(
                    "button",
                    { type: "button", class: "over round flip", "aria-label": () => t("flip"), title: () => t("flip"), onclick: () => void media.flip() },
                    icon("flip"),
                ),
        ),
        h(
            "figcaption",
            {},
            h("span", { class: "name" }, name),
            choose(
                () => !media.isSending.audio(),
                () => mutedMark(),
            ),
        ),
    );
    return figure;
}

/**
 * What somebody shows of their screen.
 * @param {Person} person
 * @param {View} view
 */
export function screenTile(person, view) {
    const video = h("video", { autoplay: true, playsinline: true, muted: true });
    video.srcObject = person.streams.screen;
    effect(() => {
        person.played();
        void video.play().catch(() => {});
    });
    return h(
        "figure",
        {
            class: () => (view.isMain(person, "screen") ? "tile screen main" : "tile screen"),
            "data-picture": "on",
            onclick: (/** @type {MouseEvent} */ event) => isPicture(event) && view.pin(person, "screen"),
        },
        video,
        pinButton(view, person, "screen", () => person.name() || t("guest")),
        h("figcaption", {}, h("span", { class: "name" }, () => t("guestScreen", { name: person.name() || t("guest") }))),
    );
}

/**
 * Whether a press was on the picture itself and on no button over it.
 * @param {MouseEvent} event
 */
function isPicture({ target }) {
    return target instanceof Element && !target.closest("button");
}

/**
 * What a tap on the picture does, for a keyboard and a screen reader; where there is something to choose between.
 * @param {View} view
 * @param {Person} person
 * @param {Source} source
 * @param {() => string} name
 */
function pinButton(view, person, source, name) {
    return choose(
        () => view.count() > 1,
        () =>
            h(
                "button",
                {
                    type: "button",
                    class: "over round pin",
                    "aria-pressed": () => String(view.isPinned(person, source)),
                    "aria-label": () => t("pinPicture", { name: name() }),
                    title: () => t("pinPicture", { name: name() }),
                    onclick: () => view.pin(person, source),
                },
                icon("pin"),
            ),
    );
}

/**
 * The first letter in a disc, where there is no picture.
 * @param {() => string} name
 */
function avatar(name) {
    return h(
        "div",
        { class: "avatar", "aria-hidden": "true" },
        h("span", {}, () => [...name().trim()][0]?.toUpperCase() ?? "?"),
    );
}

function mutedMark() {
    return h("span", { class: "badge" }, icon("microphone-off"), h("span", {}, () => t("muted")));
}

/** @param {HTMLVideoElement} video */
function noteFirstFrame(video) {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(() => mark("first-frame"));
    else video.addEventListener("loadeddata", () => mark("first-frame"), { once: true });
}
