// SPDX-License-Identifier: Apache-2.0
// Before the call: how one looks and sounds, with which devices, under what name, and three ways in.

import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect } from "../core/signal.js";
import { local } from "../core/storage.js";
import { notice, obstacle } from "../home/surroundings.js";
import { meter } from "../media/meter.js";
import { pickers } from "./pickers.js";
import { troubles } from "./troubles.js";

/** @typedef {import("../media/media.js").Media} Media */
/** @typedef {import("../home/rooms.js").Status} Status */

const nameKey = "sterna.name";

/**
 * @param {object} given
 * @param {() => Status | null} given.status
 * @param {Media} given.media
 * @param {boolean} given.isPinWanted
 * @param {(name: string, pin: string, wants: { audio: boolean, video: boolean }) => void} given.join
 */
export function preview({ status, media, isPinWanted, join }) {
    const found = obstacle();
    if (found === "no-calls") return h("div", { class: "narrow" }, notice());
    const isAble = found !== "insecure";
    if (isAble) void media.open();

    const name = h("input", { id: "name", maxlength: 64, autocomplete: "name", value: local.read(nameKey) ?? "" });
    const pin = h("input", { id: "pin", maxlength: 64, autocomplete: "off", required: true });
    /** @param {{ audio: boolean, video: boolean }} wants */
    const enter = (wants) => {
        if (isPinWanted && !pin.reportValidity()) return;
        local.write(nameKey, name.value.trim() || null);
        if (!wants.video) media.release("video");
        if (!wants.audio) media.release("audio");
        join(name.value.trim(), pin.value.trim(), wants);
    };
    const people = () => status()?.participants ?? 0;
    return h(
        "div",
        { class: "preview" },
        h("h1", { tabindex: "-1" }, () => t("previewTitle")),
        h("p", { class: "lead" }, () => (people() === 0 ? t("previewAlone") : t("previewThere", { count: people() }))),
        notice(),
        h(
            "div",
            { class: "preview-parts" },
            h("div", { class: "preview-look" }, mirror(media, isAble), isAble && loudness(media), troubles(media)),
            h(
                "form",
                {
                    class: "preview-form",
                    onsubmit: (/** @type {SubmitEvent} */ event) => {
                        event.preventDefault();
                        enter({ audio: isAble, video: isAble });
                    },
                },
                h("div", { class: "field" }, h("label", { for: "name" }, () => t("yourName")), name),
                isPinWanted && h("div", { class: "field" }, h("label", { for: "pin" }, () => t("pin")), pin),
                isAble && pickers(media),
                h(
                    "div",
                    { class: "ways" },
                    isAble &&
                        h(
                            "button",
                            { type: "submit", class: "primary", id: "join-camera" },
                            icon("camera"),
                            h("span", {}, () => t("joinCamera")),
                        ),
                    isAble &&
                        h(
                            "button",
                            { type: "button", class: "secondary", id: "join-voice", onclick: () => enter({ audio: true, video: false }) },
                            icon("microphone"),
                            h("span", {}, () => t("joinVoice")),
                        ),
                    h(
                        "button",
                        {
                            type: isAble ? "button" : "submit",
                            class: isAble ? "plain" : "primary",
                            id: "join-neither",
                            onclick: isAble ? () => enter({ audio: false, video: false }) : null,
                        },
                        h("span", {}, () => t("joinNeither")),
                    ),
                ),
            ),
        ),
    );
}

/**
 * One's own picture as in a mirror, or why there is none.
 * @param {Media} media
 * @param {boolean} isAble
 */
function mirror(media, isAble) {
    const video = h("video", { class: "mirrored", autoplay: true, playsinline: true, muted: true, "aria-hidden": "true" });
    effect(() => {
        const track = media.tracks.video();
        video.srcObject = track ? new MediaStream([track]) : null;
    });
    return h(
        "div",
        { class: "mirror", "data-picture": () => (media.tracks.video() ? "on" : "off") },
        video,
        choose(
            () => (media.tracks.video() ? null : media.isAsking() ? "asking" : "off"),
            (key) =>
                h(
                    "div",
                    { class: "mirror-words" },
                    icon(key === "asking" ? "camera" : "camera-off"),
                    h("p", {}, () => t(key === "asking" && isAble ? "previewAsk" : "cameraOff")),
                ),
        ),
    );
}

/** @param {Media} media */
function loudness(media) {
    const { level } = meter(media.tracks.audio);
    const bar = h("meter", { min: 0, max: 1, "aria-label": () => t("level") });
    effect(() => {
        bar.value = level();
    });
    return h(
        "div",
        { class: "loudness", hidden: () => !media.tracks.audio() },
        icon("microphone"),
        bar,
        h("span", { class: "hint" }, () => t("levelHint")),
    );
}
