// SPDX-License-Identifier: Apache-2.0
// The people one can call, and the calls there were.

import { say } from "../core/announce.js";
import { colourOf, initialOf } from "../core/colour.js";
import { choose, each, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { language, t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { header } from "../home/frame.js";
import { notice } from "../home/surroundings.js";
import { me } from "../people/me.js";
import { deviceDialog, inviteDialog } from "./devices.js";
import { askForNotices, permission, sawMissed, seenUpTo } from "./notice.js";
import { outcomeWord } from "./reasons.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("./contacts.js").Contact} Contact */
/** @typedef {import("./contacts.js").Past} Past */
/** @typedef {import("./telephone.js").Telephone} Telephone */

/**
 * @param {Telephone} telephone
 * @param {import("../core/signal.js").Signal<string | null>} wanted Whom a link asks to add.
 */
export function book(telephone, wanted) {
    const { contacts } = telephone;
    const news = signal(/** @type {Word | null} */ (null));
    const added = signal("");
    effect(() => {
        const userId = wanted();
        if (!userId) return;
        wanted.set(null);
        if (userId === me.peek()?.userId) {
            news.set("addSelf");
            return;
        }
        void contacts.add(userId).then((made) => {
            added.set(typeof made === "number" ? "" : made.name);
            news.set(typeof made !== "number" ? "addDone" : made === 404 ? "addUnknown" : "addFailed");
        });
    });
    effect(() => {
        const word = news();
        if (!word) return;
        say(t(word, { name: added() }));
        const timer = window.setTimeout(() => news.set(null), 8000);
        onEnd(() => clearTimeout(timer));
    });
    const people = h("ul", { class: "book" });
    // Who is there stands first; a change of that is another row.
    const sorted = () => [...contacts.all()].sort((one, other) => Number(other.online) - Number(one.online) || one.name.localeCompare(other.name));
    each(
        people,
        () => sorted().map((contact, index) => ({ contact, key: `${index} ${contact.chatId} ${contact.online}` })),
        ({ key }) => key,
        ({ contact }) => person(telephone, contact),
    );
    const calls = h("ul", { class: "book" });
    each(
        calls,
        () => contacts.past().slice(0, 50),
        (past) => `${past.chatId} ${past.startedAt}`,
        (past) => pastCall(telephone, past),
    );
    const isFresh = () => contacts.past().some((one) => one.missed && Date.parse(one.startedAt) > seenUpTo());
    return h(
        "div",
        { class: "page", "data-screen": "book", "data-link": telephone.link },
        header(),
        h(
            "main",
            {},
            notice(),
            h(
                "div",
                { class: "book-head" },
                h("h1", { tabindex: "-1" }, () => t("callsTitle")),
                h("p", { class: "hint" }, () => t("youAre", { name: me()?.name ?? "" })),
            ),
            choose(
                () => (telephone.link() === "lost" ? "lost" : null),
                () => h("p", { class: "strip", role: "status" }, () => t("reconnectingAlone")),
            ),
            choose(news, (word) => h("p", { class: "strip good", "data-news": String(word) }, () => t(/** @type {Word} */ (word), { name: added() }))),
            h(
                "div",
                { class: "row ways-in" },
                h("button", { type: "button", class: "primary", id: "add", onclick: inviteDialog }, icon("invite"), h("span", {}, () => t("addTitle"))),
                h("button", { type: "button", class: "secondary", id: "device", onclick: deviceDialog }, icon("screen"), h("span", {}, () => t("deviceTitle"))),
                choose(
                    () => (permission() === "default" ? "ask" : null),
                    () => h("button", { type: "button", class: "secondary", id: "notices", onclick: () => void askForNotices() }, icon("bell"), h("span", {}, () => t("askNotices"))),
                ),
            ),
            h(
                "div",
                { class: "cards" },
                h(
                    "section",
                    { class: "card" },
                    h("h2", {}, () => t("bookPeople")),
                    choose(
                        () => contacts.isKnown() && contacts.all().length === 0,
                        () => h("p", { class: "hint" }, () => t("nobodyYet")),
                    ),
                    people,
                ),
                h(
                    "section",
                    { class: "card", hidden: () => contacts.past().length === 0, onpointerdown: sawMissed, onfocusin: sawMissed },
                    h("h2", {}, () => t("pastCalls"), choose(isFresh, () => h("span", { class: "badge-new" }, () => t("missedNew")))),
                    calls,
                ),
            ),
            h("p", { class: "hint" }, icon("lock"), h("span", {}, () => t("callsKeepOpen"))),
        ),
    );
}

/**
 * @param {Telephone} telephone
 * @param {Contact} contact
 */
function person(telephone, contact) {
    return h(
        "li",
        { "data-contact": contact.name, "data-online": contact.online ? "yes" : "no" },
        h("span", { class: "face", "aria-hidden": "true", "data-colour": colourOf(contact.name) }, initialOf(contact.name)),
        h(
            "div",
            { class: "book-who" },
            h("strong", {}, contact.name),
            h("span", { class: "presence" }, () => t(contact.online ? "isOnline" : "isOffline")),
        ),
        dialButtons(telephone, contact),
    );
}

/**
 * @param {Telephone} telephone
 * @param {Contact} contact
 */
function dialButtons(telephone, contact) {
    return h(
        "div",
        { class: "dial" },
        h(
            "button",
            { type: "button", class: "secondary dial-voice", "aria-label": () => t("callVoice", { name: contact.name }), onclick: () => telephone.dial(contact, false) },
            icon("phone"),
            h("span", { "aria-hidden": "true" }, () => t("voiceShort")),
        ),
        h(
            "button",
            { type: "button", class: "primary dial-video", "aria-label": () => t("callVideo", { name: contact.name }), onclick: () => telephone.dial(contact, true) },
            icon("camera"),
            h("span", { "aria-hidden": "true" }, () => t("videoShort")),
        ),
    );
}

/**
 * @param {Telephone} telephone
 * @param {Past} past
 */
function pastCall(telephone, past) {
    const when = () => new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(new Date(past.startedAt));
    const back = () => telephone.contacts.find(past.chatId) ?? { chatId: past.chatId, userId: past.userId, name: past.name, online: false };
    return h(
        "li",
        { "data-outcome": past.outcome, "data-direction": past.direction, "data-missed": past.missed ? "yes" : "no" },
        icon(past.missed ? "missed" : past.direction === "outgoing" ? "outgoing" : "incoming"),
        h(
            "div",
            { class: "book-who" },
            h("strong", {}, past.name),
            h("span", {}, () => `${t(outcomeWord(past))} · ${when()}${past.answeredAt ? ` · ${length(past)}` : ""}`),
        ),
        h(
            "button",
            { type: "button", class: "secondary small", "aria-label": () => t("callBack", { name: past.name }), onclick: () => telephone.dial(back(), past.video) },
            icon(past.video ? "camera" : "phone"),
            h("span", { "aria-hidden": "true" }, () => t("callBackShort")),
        ),
    );
}

/** @param {Past} past */
function length({ answeredAt, endedAt }) {
    const seconds = Math.max(0, Math.round((Date.parse(endedAt) - Date.parse(answeredAt ?? endedAt)) / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
