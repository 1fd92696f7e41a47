// SPDX-License-Identifier: Apache-2.0
// The bar of the voice channel: it stays while one reads, and hides nothing.

import { say } from "../core/announce.js";
import { dialog } from "../core/dialog.js";
import { choose, each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect } from "../core/signal.js";
import { pick } from "../home/share.js";
import { stayAwake } from "../media/wake.js";
import { pickers } from "../room/pickers.js";
import { troubles } from "../room/troubles.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./voice.js").Visit} Visit */
/** @typedef {import("./voice.js").Voice} Voice */

/** @type {Record<import("./voice.js").Problem, Word>} */
const problems = { "room-full": "voiceFull", banned: "bannedHere", "no-such-channel": "noChannel", kicked: "kickedHere" };

/** @param {Voice} voice */
export function voiceBar(voice) {
    effect(() => {
        const problem = voice.problem();
        if (problem) say(t(problems[problem]));
    });
    return h(
        "div",
        { class: "voice" },
        choose(voice.problem, (problem) =>
            h(
                "p",
                { class: "strip", role: "status" },
                h("span", {}, () => t(problems[/** @type {keyof typeof problems} */ (problem)])),
                h("button", { type: "button", class: "plain round", "aria-label": () => t("close"), onclick: () => voice.problem.set(null) }, icon("close")),
            ),
        ),
        choose(
            () => (voice.visit() ? voice.visit()?.channel() : null),
            () => {
                const visit = voice.visit.peek();
                return visit && bar(voice, visit);
            },
        ),
    );
}

/**
 * @param {Voice} voice
 * @param {Visit} visit
 */
function bar(voice, visit) {
    stayAwake();
    const people = visit.mesh.people;
    const connected = () => people().filter((person) => person.condition() === "connected").length;
    /** @returns {Word | null} */
    const state = () => {
        if (visit.link() !== "open") return visit.link() === "lost" ? "reconnectingAlone" : "joining";
        if (people().length === 0) return "voiceAlone";
        return connected() < people().length ? "voiceConnecting" : null;
    };
    const status = () => {
        const word = state();
        return word ? t(word) : t("statusConnectedMany", { count: connected() });
    };
    return h(
        "section",
        { class: "voice-bar", "data-voice-link": visit.link, "data-connected": connected, "aria-label": () => t("voiceIn", { channel: visit.channel() }) },
        troubles(visit.media),
        choose(visit.loudspeakers.isBlocked, () =>
            h("button", { type: "button", class: "primary", onclick: () => void visit.loudspeakers.unblock() }, icon("sound"), h("span", {}, () => t("tapToHear"))),
        ),
        h(
            "div",
            { class: "voice-what" },
            icon("sound"),
            h("div", {}, h("strong", {}, () => visit.channel()), h("p", { role: "status" }, status)),
        ),
        h(
            "div",
            { class: "voice-tools" },
            toggle("mute", "microphone", "microphone-off", () => !voice.isSilent(), () => voice.mute()),
            toggle("deafen", "sound", "sound-off", () => !voice.isDeafened(), () => voice.deafen()),
            h("button", { type: "button", class: "tool", id: "volumes", onclick: () => volumes(voice, visit) }, icon("settings"), h("span", {}, () => t("volumes"))),
            h("button", { type: "button", class: "tool danger", id: "leave-voice", onclick: () => voice.leave() }, icon("leave"), h("span", {}, () => t("leaveVoice"))),
        ),
    );
}

/**
 * @param {"mute" | "deafen"} name
 * @param {import("../core/icons.js").Icon} picture
 * @param {import("../core/icons.js").Icon} offPicture
 * @param {() => boolean} isOn
 * @param {() => void} press
 */
function toggle(name, picture, offPicture, isOn, press) {
    return h(
        "button",
        { type: "button", id: name, class: "tool switch", "data-on": () => (isOn() ? "yes" : "no"), onclick: press },
        pick(() => (isOn() ? picture : offPicture)),
        h("span", {}, () => t(name)),
        h("span", { class: "state" }, () => t(isOn() ? "on" : "off")),
    );
}

/**
 * How loud each of the others is here, and which microphone is one's own.
 * @param {Voice} voice
 * @param {Visit} visit
 */
function volumes(voice, visit) {
    dialog(
        () => t("volumes"),
        () => {
            const list = h("ul", { class: "people" });
            each(
                list,
                visit.mesh.people,
                (person) => person,
                (person) => {
                    /** @type {HTMLInputElement} */
                    const slider = h("input", {
                        type: "range",
                        min: 0,
                        max: 1,
                        step: 0.05,
                        value: voice.volumes.peek()[person.name.peek()] ?? 1,
                        "aria-label": () => t("volumeOf", { name: person.name() }),
                        oninput: () => voice.setVolume(person.name.peek(), Number(slider.value)),
                    });
                    const isDeaf = () => visit.deafened().has(person.id);
                    return h(
                        "li",
                        {},
                        h("span", { class: "row-name" }, person.name, () => (isDeaf() ? ` · ${t("deafenedMark")}` : person.audio() ? "" : ` · ${t("mutedMark")}`)),
                        slider,
                    );
                },
            );
            return [
                list,
                choose(
                    () => visit.mesh.people().length === 0,
                    () => h("p", { class: "hint" }, () => t("volumesNone")),
                ),
                h("div", { class: "fields" }, pickers(visit.media).slice(1)),
            ];
        },
    );
}
