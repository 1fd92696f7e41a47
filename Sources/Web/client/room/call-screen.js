// SPDX-License-Identifier: Apache-2.0
// The call itself: how it stands, the pictures, and the bar of buttons that never hides.

import { interrupt, say } from "../core/announce.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect, signal } from "../core/signal.js";
import { asset } from "../core/place.js";
import { linkCard } from "../home/share.js";
import { meter } from "../media/meter.js";
import { stayAwake } from "../media/wake.js";
import { banners } from "./banners.js";
import { bar } from "./bar.js";
import { Loudspeakers } from "./loudspeakers.js";
import { newsLine } from "./news.js";
import { pinScreen } from "./pin-screen.js";
import { statusOf, statusWords } from "./status.js";
import { shortcuts } from "./shortcuts.js";
import { fullScreen, largerButtons, pictures } from "./stage.js";
import { View } from "./view.js";

/** @typedef {import("../call/call.js").Call} Call */
/** @typedef {import("../call/call.js").Ending} Ending */

/**
 * @param {Call} call
 * @param {{ leave: () => void, over: (ending: Ending) => void }} ways
 */
export function callScreen(call, { leave, over }) {
    call.start();
    stayAwake();
    const loudspeakers = new Loudspeakers(call.media.output);
    const { isSpeaking } = meter(call.media.tracks.audio);
    const own = { isSpeaking };

    effect(() => {
        const ending = call.ending();
        if (ending) over(ending);
    });
    const status = signal(statusOf(call));
    effect(() => {
        const next = statusOf(call);
        if (next === status.peek()) return;
        status.set(next);
        if (next === "failed") interrupt(t(statusWords[next]));
        else say(t(statusWords[next]));
    });

    const view = new View(call.people);
    const { media } = call;
    const lines = banners(call, loudspeakers, own);
    lines.append(newsLine());
    /** @type {HTMLElement} */
    const stage = h(
        "main",
        { class: "stage" },
        lines,
        pictures(call, view, loudspeakers, own),
        choose(() => call.people().length > 0, () => largerButtons(() => stage)),
        choose(
            () => call.people().length === 0 && (call.pinWanted() ? "pin" : call.hasJoined || call.link() === "open" ? "alone" : null),
            (key) => (key === "pin" ? pinScreen(call) : alone(call)),
        ),
    );
    let isHeldOpen = false;
    shortcuts({
        microphone: () => void media.turn("audio", !media.isSending.audio()),
        camera: () => void media.turn("video", !media.isSending.video()),
        full: () => void fullScreen(stage),
        away: () => view.pinned.set(null),
        // Who is heard anyway is not silenced by letting go.
        talk: (isHeld) => {
            if (isHeld ? media.isSending.audio() : !isHeldOpen) return;
            isHeldOpen = isHeld;
            void media.turn("audio", isHeld);
        },
    });

    return h(
        "div",
        { class: "call", "data-status": status, "data-people": () => call.people().length },
        h(
            "header",
            { class: "call-top" },
            h("img", { src: asset("images/tern.svg"), alt: "", width: 32, height: 32 }),
            h("h1", { class: "unseen", tabindex: "-1" }, () => t("callTitle")),
            h("p", { class: "status" }, h("span", { class: "dot", "aria-hidden": "true" }), h("span", {}, () => sentence(call, status()))),
        ),
        stage,
        bar(call, () => {
            call.leave();
            leave();
        }),
    );
}

/**
 * @param {Call} call
 * @param {import("./status.js").Status} status
 */
function sentence(call, status) {
    const connected = call.people().filter((person) => person.condition() === "connected").length;
    return status === "connected" && connected > 1 ? t("statusConnectedMany", { count: connected }) : t(statusWords[status]);
}

/**
 * In the place of the other's picture while nobody is there.
 * @param {Call} call
 */
function alone(call) {
    return h(
        "section",
        { class: "alone", "aria-labelledby": "alone-title" },
        h("div", { class: "emblem" }, icon("invite")),
        h("h2", { id: "alone-title" }, () => t("statusWaiting")),
        h("p", {}, () => t("inviteWait")),
        linkCard(call.token, { hasQRCode: true }),
    );
}
