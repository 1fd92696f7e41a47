// SPDX-License-Identifier: Apache-2.0
// The pictures of a call, and what makes them larger: the whole screen, a window over everything.

import { each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { signal, onEnd } from "../core/signal.js";
import { log } from "../debug.js";
import { ownTile, screenTile, tile } from "./tiles.js";

/** @typedef {import("../call/conversation.js").Conversation} Conversation */
/** @typedef {import("./loudspeakers.js").Loudspeakers} Loudspeakers */
/** @typedef {import("./view.js").View} View */

/**
 * @param {Conversation} call
 * @param {View} view
 * @param {Loudspeakers} loudspeakers
 * @param {{ isSpeaking: () => boolean }} own
 */
export function pictures(call, view, loudspeakers, own) {
    const tiles = h("div", {
        class: "tiles",
        "data-count": () => view.count(),
        "data-focus": () => (view.main() ? "yes" : "no"),
    });
    tiles.append(ownTile(call, own));
    each(tiles, call.people, (person) => person, (person) => tile(person, loudspeakers, view));
    each(tiles, () => view.screens(), (person) => person, (person) => screenTile(person, view));
    return tiles;
}

/**
 * Buttons over the pictures, where the browser can do it.
 * @param {() => HTMLElement} stage
 */
export function largerButtons(stage) {
    const isFull = signal(false);
    const look = () => isFull.set(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    onEnd(() => document.removeEventListener("fullscreenchange", look));
    return h(
        "div",
        { class: "larger" },
        document.pictureInPictureEnabled &&
            h("button", { type: "button", class: "over round", id: "pip", "aria-label": () => t("pip"), title: () => t("pip"), onclick: () => void floatPicture(stage()) }, icon("pip")),
        document.fullscreenEnabled &&
            h(
                "button",
                {
                    type: "button",
                    class: "over round",
                    id: "full",
                    "aria-label": () => t("fullScreen"),
                    title: () => `${t("fullScreen")} (F)`,
                    "aria-pressed": () => String(isFull()),
                    onclick: () => void fullScreen(stage()),
                },
                icon("full"),
            ),
    );
}

/**
 * The stage alone on the screen, or back.
 * @param {HTMLElement} stage
 */
export async function fullScreen(stage) {
    try {
        if (document.fullscreenElement) await document.exitFullscreen();
        else await stage.requestFullscreen();
    } catch (error) {
        log("full screen", String(error));
    }
}

/**
 * The large picture in a window of its own over all others, or back.
 * @param {HTMLElement} stage
 */
async function floatPicture(stage) {
    try {
        if (document.pictureInPictureElement) {
            await document.exitPictureInPicture();
            return;
        }
        /** @type {HTMLVideoElement | null} */
        const video = stage.querySelector(".tile.main video") ?? stage.querySelector(".tile:not(.own)[data-picture='on'] video");
        await video?.requestPictureInPicture();
    } catch (error) {
        log("picture in picture", String(error));
    }
}
