// SPDX-License-Identifier: Apache-2.0
// A room's page from the link to the goodbye: which of its screens is shown.

import { Call } from "../call/call.js";
import { keep, recall } from "../call/memory.js";
import { askForSeat, hold, isHeldElsewhere } from "../call/window.js";
import { choose, h } from "../core/dom.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { local } from "../core/storage.js";
import { header } from "../home/frame.js";
import { ask, forget, note } from "../home/rooms.js";
import { Media } from "../media/media.js";
import { unlockTones } from "../media/tones.js";
import { callScreen } from "./call-screen.js";
import { farewell } from "./farewell.js";
import { news, newsTitle } from "./news.js";
import { preview } from "./preview.js";
import { shareScreen } from "./share-screen.js";

/** @typedef {import("../call/call.js").Ending} Ending */
/** @typedef {import("../call/memory.js").Remembered} Remembered */
/** @typedef {import("../home/rooms.js").Status} Status */
/** @typedef {import("../call/window.js").Hold} Hold */
/** @typedef {"loading" | "share" | "preview" | "call" | import("./farewell.js").Farewell} Screen */
/** @typedef {{ audio: boolean, video: boolean }} Wants */

/**
 * After these the link is of no use.
 * @type {Set<string>}
 */
const dead = new Set(["owner", "expired", "one-time", "renewed", "operator", "unknown"]);

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
    /** @type {Hold | null} */
    let held = null;
    let isJoining = false;
    onEnd(() => {
        media.stop();
        held?.release();
    });

    const look = async () => {
        const answer = await ask(token);
        if (typeof answer === "number") {
            if (answer === 404 || answer === 410) forget(token);
            screen.set(answer === 404 ? "unknown" : answer === 410 ? "expired" : "unreachable");
            return;
        }
        status.set(answer);
        screen.set("preview");
    };

    /**
     * Sits down, unless another window of this browser sits here: then the person is asked.
     * @param {{ name: string, pin: string, wants: Wants }} person
     * @param {Remembered | null} [memory] The seat of the page that sat here before.
     * @param {{ isReload?: boolean, isTaken?: boolean }} [manner]
     */
    const sit = async ({ name, pin, wants }, memory = null, manner = {}) => {
        if (isJoining) return;
        isJoining = true;
        held?.release();
        held = await hold(token, manner);
        isJoining = false;
        if (!held) {
            media.stop();
            media = new Media();
            screen.set("already");
            return;
        }
        media.wants.audio.set(wants.audio);
        media.wants.video.set(wants.video);
        void media.open();
        const seat = new Call({ token, name, pin, media, memory, tell: news });
        held.handOver = () => seat.handOver();
        held.lost = () => seat.ending.peek() ?? seat.ending.set("elsewhere");
        call = seat;
        note({ token, at: Date.now() });
        screen.set("call");
    };

    /**
     * @param {string} name
     * @param {string} pin
     * @param {Wants} wants
     */
    const join = (name, pin, wants) => {
        unlockTones();
        void sit({ name, pin, wants });
    };

    /** Sits down again with what was on before. */
    const rejoin = () => {
        const wants = { audio: media.wants.audio.peek(), video: media.wants.video.peek() };
        media = new Media();
        void sit({ name: call?.name ?? local.read("sterna.name") ?? "", pin: call?.pin ?? "", wants });
    };

    /** Goes on here with the seat of the window that has it. */
    const takeOver = async () => {
        media.stop();
        media = new Media();
        screen.set("loading");
        const memory = await askForSeat(token);
        if (memory) await sit(memory, memory, { isTaken: true });
        else await look();
    };

    /** @param {Ending | "left"} ending */
    const over = (ending) => {
        held?.release();
        held = null;
        media.stop();
        screen.set(ending);
        if (dead.has(ending)) forget(token);
        if (ending === "left") void lookBack();
    };

    /** Whoever leaves a one-time call has ended it: there is nothing to come back to. */
    const lookBack = async () => {
        for (const pause of [300, 1500, 5000]) {
            await new Promise((done) => window.setTimeout(done, pause));
            if (screen.peek() !== "left") return;
            if ((await ask(token)) !== 410) continue;
            if (screen.peek() === "left") over("one-time");
            return;
        }
    };

    const again = async () => {
        media.stop();
        media = new Media();
        screen.set("loading");
        await look();
    };

    /** Here is another window than the one that is in the call. */
    const elsewhere = async () => {
        keep(token, null);
        if (await isHeldElsewhere(token)) await takeOver();
        else await again();
    };

    const begin = async () => {
        const memory = recall(token);
        // A reload in the middle of a call goes straight back into it.
        if (memory) await sit(memory, memory, { isReload: isReload() });
        else if (await isHeldElsewhere(token)) screen.set("already");
        else await look();
    };
    if (!isNew) void begin();

    effect(() => {
        document.title = `${newsTitle() || t("callTitle")} · Sterna`;
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

    /** The person goes on in the other window: this one closes where the browser lets it. */
    function stay() {
        window.close();
        screen.set("stayed");
    }

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
            case "already":
                return farewell(shown, { go, again: () => void takeOver(), stay: () => stay() });
            case "elsewhere":
                return farewell(shown, { go, again: () => void elsewhere() });
            case "left":
                return farewell(shown, { go, again: rejoin });
            default:
                return farewell(shown, { go, again: () => void again() });
        }
    }
}

/** Whether the page is one that was here a moment ago: then the browser may not have let go of that yet. */
function isReload() {
    const [entry] = performance.getEntriesByType("navigation");
    return /** @type {PerformanceNavigationTiming | undefined} */ (entry)?.type === "reload";
}
