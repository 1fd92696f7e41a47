// SPDX-License-Identifier: Apache-2.0
// A room's page from the link to the goodbye: which of its screens is shown.

import { Call } from "../call/call.js";
import { keep, recall } from "../call/memory.js";
import { choose, h } from "../core/dom.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { local } from "../core/storage.js";
import { header } from "../home/frame.js";
import { ask, note } from "../home/rooms.js";
import { Media } from "../media/media.js";
import { callScreen } from "./call-screen.js";
import { farewell } from "./farewell.js";
import { news } from "./news.js";
import { preview } from "./preview.js";
import { shareScreen } from "./share-screen.js";

/** @typedef {import("../call/call.js").Ending} Ending */
/** @typedef {import("../call/memory.js").Remembered} Remembered */
/** @typedef {import("../home/rooms.js").Status} Status */
/** @typedef {"loading" | "share" | "preview" | "call" | "left" | Ending | "unreachable"} Screen */
/** @typedef {{ audio: boolean, video: boolean }} Wants */

/**
 * @param {string} token
 * @param {boolean} isNew Whether the person has just made it.
 * @param {(path: string) => void} go
 */
export function room(token, isNew, go) {
    const screen = signal(/** @type {Screen} */ (isNew ? "share" : "loading"));
    const status = signal(/** @type {Status | null} */ (null));
    let media = new Media();
    /** @type {Call | null} */
    let call = null;
    /** @type {Remembered | null} */
    let memory = recall(token);
    onEnd(() => media.stop());

    const look = async () => {
        const answer = await ask(token);
        if (typeof answer === "number") {
            screen.set(answer === 404 ? "unknown" : answer === 410 ? "expired" : "unreachable");
            return;
        }
        status.set(answer);
        screen.set("preview");
    };

    /**
     * @param {string} name
     * @param {string} pin
     * @param {Wants} wants
     */
    const join = (name, pin, wants) => {
        media.wants.audio.set(wants.audio);
        media.wants.video.set(wants.video);
        call = new Call({ token, name, pin, media, memory, tell: news });
        memory = null;
        note({ token, at: Date.now() });
        screen.set("call");
    };

    /** Sits down again with what was on before. */
    const rejoin = () => {
        const wants = { audio: media.wants.audio.peek(), video: media.wants.video.peek() };
        media = new Media();
        join(call?.name ?? local.read("sterna.name") ?? "", call?.pin ?? "", wants);
        void media.open();
    };

    /** @param {Ending | "left"} ending */
    const over = (ending) => {
        media.stop();
        screen.set(ending);
    };

    const again = async () => {
        media.stop();
        media = new Media();
        screen.set("loading");
        await look();
    };

    if (memory && !isNew) {
        // A reload in the middle of a call goes straight back into it.
        const { name, pin, wants } = memory;
        join(name, pin, wants);
        void media.open();
    } else if (!isNew) {
        void look();
    }

    effect(() => {
        document.title = `${t("callTitle")} · Sterna`;
    });
    let isFirst = true;
    effect(() => {
        screen();
        // A new screen begins at its heading, for whoever reads with their ears.
        if (!isFirst) queueMicrotask(() => document.querySelector("h1")?.focus({ preventScroll: true }));
        isFirst = false;
    });

    return choose(screen, (shown) => {
        if (shown === "call" && call) return callScreen(call, { leave: () => over("left"), over });
        return h(
            "div",
            { class: "page" },
            header(go),
            h("main", { "data-screen": shown }, inside(/** @type {Screen} */ (shown))),
        );
    });

    /** @param {Screen} shown */
    function inside(shown) {
        switch (shown) {
            case "loading":
                return h("p", { class: "loading", role: "status" }, () => t("joining"));
            case "share":
                return shareScreen(token, () => void look());
            case "preview":
                return preview({ status, media, isPinWanted: status()?.pinRequired ?? false, join });
            case "call":
                return null;
            case "elsewhere":
                return farewell(shown, { go, again: () => (keep(token, null), void again()) });
            case "left":
                return farewell(shown, { go, again: rejoin });
            default:
                return farewell(shown, { go, again: () => void again() });
        }
    }
}
