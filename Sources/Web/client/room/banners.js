// SPDX-License-Identifier: Apache-2.0
// What concerns the whole call, above the pictures: one line each, with a way to do something about it.

import { interrupt } from "../core/announce.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect, signal } from "../core/signal.js";
import { troubles } from "./troubles.js";

/** @typedef {import("../call/conversation.js").Conversation} Call */
/** @typedef {import("../core/icons.js").Icon} Icon */
/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./loudspeakers.js").Loudspeakers} Loudspeakers */

/**
 * @param {Call} call
 * @param {Loudspeakers} loudspeakers
 * @param {{ isSpeaking: () => boolean }} own
 */
export function banners(call, loudspeakers, own) {
    const { media } = call;
    effect(() => {
        if (call.link() === "lost" && call.hasJoined) interrupt(t("reconnectingAlone"));
    });
    const isLost = () => call.link() === "lost" && call.hasJoined;
    const isWeak = () => call.people().some((person) => person.condition() === "connected" && person.outgoing() === "poor");
    return h(
        "div",
        { class: "banners" },
        line("lost", () => isLost(), "weak", () => t(call.isConnected() ? "reconnecting" : "reconnectingAlone")),
        line("sound", loudspeakers.isBlocked, "sound", null, { word: "tapToHear", press: () => void loudspeakers.unblock() }),
        troubles(media),
        line("silenced", () => media.isSilenced() && media.wants.audio(), "microphone-off", () => t("silenced"), {
            word: "tryAgain",
            press: () => void media.recover(),
        }),
        line("muted", talksInVain(call, own), "microphone-off", () => t("youAreMuted"), {
            word: "turnOn",
            press: () => void media.turn("audio", true),
        }),
        line("sharing", () => media.tracks.screen() !== null, "screen", () => t("sharing"), {
            word: "stopSharing",
            press: () => void media.share(false),
        }),
        line("voice-only", () => call.isVoiceOnly(), "weak", () => t("voiceOnly")),
        line("weak", () => isWeak() && !call.isVoiceOnly() && !isLost(), "weak", () => t("weakYou")),
    );
}

/**
 * Whether the person has been speaking for a while into a microphone that is off.
 * @param {Call} call
 * @param {{ isSpeaking: () => boolean }} own
 */
function talksInVain({ media }, own) {
    const isTold = signal(false);
    effect(() => {
        if (media.wants.audio()) isTold.set(false);
        else if (own.isSpeaking() && media.tracks.audio()) isTold.set(true);
    });
    effect(() => {
        if (!isTold()) return;
        const timer = setTimeout(() => isTold.set(false), 8000);
        // A new reason to tell it starts the time anew.
        return void timer;
    });
    return isTold;
}

/**
 * @param {string} name
 * @param {() => boolean} isShown
 * @param {Icon} picture
 * @param {(() => string) | null} text
 * @param {{ word: Word, press: () => void }} [action]
 */
function line(name, isShown, picture, text, action) {
    return choose(isShown, () =>
        h(
            "div",
            { class: "banner", "data-banner": name, role: "status" },
            icon(picture),
            text && h("p", {}, text),
            action && h("button", { type: "button", class: "primary small", onclick: action.press }, () => t(action.word)),
        ),
    );
}
