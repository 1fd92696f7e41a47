// SPDX-License-Identifier: Apache-2.0
// The first page: one big button, a place for a link that somebody sent, and the calls of late.

import { interrupt } from "../core/announce.js";
import { each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { language, t } from "../core/language.js";
import { asset } from "../core/place.js";
import { effect, signal } from "../core/signal.js";
import { header } from "./frame.js";
import { create, forget, recent, tokenIn } from "./rooms.js";
import { notice } from "./surroundings.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./rooms.js").Remembered} Remembered */

/** @param {(path: string, options?: { isNew: boolean }) => void} go */
export function home(go) {
    effect(() => {
        document.title = t("title");
    });
    return h(
        "div",
        { class: "page home" },
        header(go),
        h(
            "main",
            {},
            notice(),
            h(
                "div",
                { class: "hero" },
                h(
                    "section",
                    { class: "pitch" },
                    h("h1", {}, () => t("headline")),
                    h("p", { class: "lead" }, () => t("lead")),
                    starter(go),
                ),
                h("img", { class: "sky", src: asset("images/terns.svg"), alt: "", width: 520, height: 420 }),
            ),
            otherWays(),
            h("div", { class: "cards" }, joiner(go), lately(go)),
        ),
        h("footer", {}, icon("lock"), h("p", {}, () => t("privacy"))),
    );
}

/** @param {(path: string, options?: { isNew: boolean }) => void} go */
function starter(go) {
    const isBusy = signal(false);
    const failure = signal(/** @type {Word | null} */ (null));
    const count = h(
        "select",
        { id: "people" },
        [2, 3, 4].map((number) => h("option", { value: String(number) }, () => t("peopleCount", { count: number }))),
    );
    const pin = h("input", { id: "pin", maxlength: 64, autocomplete: "off", "aria-describedby": "pin-hint" });
    const oneTime = h("input", { id: "one-time", type: "checkbox" });
    const start = async () => {
        if (isBusy()) return;
        isBusy.set(true);
        failure.set(null);
        const made = await create({
            maxParticipants: Number(count.value),
            ...(pin.value.trim() ? { pin: pin.value.trim() } : {}),
            ...(oneTime.checked ? { oneTime: true } : {}),
        });
        isBusy.set(false);
        if (typeof made === "number") {
            const word = made === 403 || made === 401 ? "startForbidden" : made === 429 ? "startTooFast" : "startFailed";
            failure.set(word);
            interrupt(t(word));
            return;
        }
        go(`/r/${made.token}`, { isNew: true });
    };
    return h(
        "div",
        { class: "starter" },
        h(
            "button",
            { type: "button", class: "primary huge", id: "start", "aria-disabled": () => (isBusy() ? "true" : null), onclick: start },
            icon("camera"),
            h("span", {}, () => t(isBusy() ? "starting" : "start")),
        ),
        h("p", { class: "error", hidden: () => !failure() }, () => (failure() ? t(/** @type {Word} */ (failure())) : "")),
        h(
            "details",
            {},
            h("summary", {}, () => t("options")),
            h("div", { class: "field" }, h("label", { for: "people" }, () => t("people")), count),
            h(
                "div",
                { class: "field" },
                h("label", { for: "pin" }, () => t("pinOption")),
                pin,
                h("p", { class: "hint", id: "pin-hint" }, () => t("pinHint")),
            ),
            h("label", { class: "check" }, oneTime, h("span", {}, () => t("oneTime"))),
        ),
    );
}

/** The three other ways to talk, each one press away, and none as loud as the button. */
function otherWays() {
    return h(
        "nav",
        { class: "other-ways", "aria-labelledby": "other-ways" },
        h("h2", { id: "other-ways", class: "unseen" }, () => t("ways")),
        way("/talkie", "radio", "wayTalkie", "wayTalkieText"),
        way("/chat", "channels", "wayChat", "wayChatText"),
        way("/calls", "phone", "wayCalls", "wayCallsText"),
    );
}

/**
 * @param {string} path
 * @param {import("../core/icons.js").Icon} picture
 * @param {Word} name
 * @param {Word} text
 */
function way(path, picture, name, text) {
    return h(
        "a",
        { class: "way", href: path },
        h("span", { class: "way-picture" }, icon(picture)),
        h("span", { class: "way-words" }, h("strong", {}, () => t(name)), h("span", {}, () => t(text))),
    );
}

/** @param {(path: string) => void} go */
function joiner(go) {
    const isWrong = signal(false);
    const field = h("input", {
        id: "code",
        autocomplete: "off",
        autocapitalize: "none",
        spellcheck: "false",
        inputmode: "url",
        "aria-invalid": () => (isWrong() ? "true" : null),
        "aria-describedby": "code-wrong",
        oninput: () => isWrong.set(false),
    });
    /** @param {SubmitEvent} event */
    const open = (event) => {
        event.preventDefault();
        const token = tokenIn(field.value);
        isWrong.set(token === null);
        if (token) go(`/r/${token}`);
        else field.focus();
    };
    return h(
        "form",
        { class: "card", onsubmit: open },
        h("h2", {}, () => t("haveLink")),
        h("label", { for: "code" }, () => t("pasteLink")),
        h("div", { class: "row" }, field, h("button", { class: "secondary" }, h("span", {}, () => t("open")), icon("arrow"))),
        h("p", { class: "error", id: "code-wrong", role: "alert" }, () => (isWrong() ? t("badLink") : "")),
    );
}

/** @param {(path: string) => void} go */
function lately(go) {
    const list = h("ul", { class: "recent" });
    each(list, recent, (room) => room.token, (room) => entry(room, go));
    return h("section", { class: "card", hidden: () => recent().length === 0 }, h("h2", {}, () => t("recent")), list);
}

/**
 * @param {Remembered} room
 * @param {(path: string) => void} go
 */
function entry(room, go) {
    const when = () =>
        new Intl.DateTimeFormat(language(), { day: "numeric", month: "long", hour: "numeric", minute: "2-digit" }).format(room.at);
    return h(
        "li",
        {},
        h(
            "a",
            {
                href: `/r/${room.token}`,
                onclick: (/** @type {MouseEvent} */ event) => {
                    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                    event.preventDefault();
                    go(`/r/${room.token}`);
                },
            },
            h("strong", {}, when),
            h("span", {}, () => t(room.ownerKey ? "recentMade" : "recentJoined")),
        ),
        h(
            "button",
            { type: "button", class: "plain round", "aria-label": () => t("forgetOne", { when: when() }), onclick: () => forget(room.token) },
            icon("close"),
        ),
    );
}
