// SPDX-License-Identifier: Apache-2.0
// The page of the walkie-talkie: the lobby, then the air.

import { regions } from "../core/announce.js";
import { keepCalm } from "../core/calm.js";
import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { header } from "../home/frame.js";
import { Media } from "../media/media.js";
import { unlockTones } from "../media/tones.js";
import { airScreen } from "./air.js";
import { lobby } from "./lobby.js";
import { Player } from "./player.js";
import { Talkie } from "./talkie.js";

/** @typedef {{ room: string, name: string, isSoundOnly: boolean }} Given */

const given = signal(/** @type {Given | null} */ (null));
const refusal = signal(/** @type {import("./talkie.js").Ending | null} */ (null));

effect(() => {
    const room = given()?.room;
    document.title = `${room ? `${room} · ` : ""}${t("talkieTitle")} · Sterna`;
});

/** What the address names. */
function roomInAddress() {
    try {
        return decodeURIComponent(/^\/talkie\/([^/]+)$/.exec(location.pathname)?.[1] ?? "");
    } catch {
        return "";
    }
}

/** @param {Given} wanted */
function join(wanted) {
    unlockTones();
    history.replaceState(null, "", `/talkie/${encodeURIComponent(wanted.room)}${location.search}`);
    given.set(wanted);
}

/** @param {Given} wanted */
function onAir({ room, name, isSoundOnly }) {
    const media = new Media({ isSmall: true });
    media.wants.video.set(!isSoundOnly);
    const video = h("video", { class: "heard", playsinline: true, "aria-hidden": "true" });
    const player = new Player(video, h("audio", { class: "heard" }));
    const talkie = new Talkie({ room, name, media, player });
    onEnd(() => media.stop());
    effect(() => {
        const ending = talkie.ending();
        if (!ending) return;
        refusal.set(ending);
        given.set(null);
    });
    void media.open();
    return airScreen(talkie, () => given.set(null));
}

/** @param {import("./talkie.js").Ending} ending */
function refused(ending) {
    return h(
        "div",
        { class: "page talkie" },
        header(),
        h(
            "main",
            {},
            h(
                "section",
                { class: "farewell", "data-ending": ending },
                h("div", { class: "emblem" }, icon("warning")),
                h("h1", { tabindex: "-1" }, () => t(ending === "full" ? "airFull" : "airRefused")),
                h("div", { class: "ways" }, h("button", { type: "button", class: "primary", onclick: () => refusal.set(null) }, () => t("tryAgain"))),
            ),
        ),
    );
}

// Closing the window ends the talk at once.
window.addEventListener("pagehide", () => given.set(null));

keepCalm();

document.body.append(
    choose(
        () => (given() ? `air ${given()?.room}` : refusal() ? `refused ${refusal()}` : "lobby"),
        () => {
            const [wanted, no] = [given.peek(), refusal.peek()];
            return wanted ? onAir(wanted) : no ? refused(no) : lobby(roomInAddress(), join);
        },
    ),
    ...regions,
);
