// SPDX-License-Identifier: Apache-2.0
// The page of the calls: the door, the people one can call, and the call itself over it all.

import { regions } from "../core/announce.js";
import { keepCalm } from "../core/calm.js";
import { choose, h } from "../core/dom.js";
import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { unlockTones } from "../media/tones.js";
import { door } from "../people/door.js";
import { readLink } from "../people/links.js";
import { become, me } from "../people/me.js";
import { book } from "./book.js";
import { moveHere } from "./devices.js";
import { callLayer } from "./layer.js";
import { Telephone } from "./telephone.js";
import { titleAndNotice } from "./notice.js";

const isInside = signal(me.peek() !== null);
const refusal = signal(/** @type {import("../core/language.js").Word | null} */ (null));
/** Whom a link asks to add. */
const wanted = signal(/** @type {string | null} */ (null));

effect(() => {
    if (!isInside()) document.title = `${t("callsTitle")} · Sterna`;
});

/** What came with the address; it is taken off it at once, so that nobody reads it over a shoulder or from the history. */
function takeLink() {
    const found = readLink(location.hash);
    if (!found) return;
    history.replaceState(null, "", location.pathname + location.search);
    if ("add" in found) {
        wanted.set(found.add);
        return;
    }
    const enter = () => {
        become(found.me);
        isInside.set(false);
        // Everything begins anew as this person.
        queueMicrotask(() => isInside.set(true));
    };
    if (me.peek() === null || me.peek()?.userId === found.me.userId) enter();
    else moveHere(found.me.name, enter);
}

function inside() {
    const telephone = new Telephone();
    telephone.start();
    titleAndNotice(telephone);
    effect(() => {
        if (!telephone.isForbidden()) return;
        become(null);
        refusal.set("chatForbidden");
        isInside.set(false);
    });
    // A browser lets nothing sound before the first touch.
    window.addEventListener("pointerdown", unlockTones);
    window.addEventListener("keydown", unlockTones);
    onEnd(() => {
        window.removeEventListener("pointerdown", unlockTones);
        window.removeEventListener("keydown", unlockTones);
    });
    // Behind a call there is nothing to be found.
    return h("div", { class: "calls" }, h("div", { hidden: () => telephone.call() !== null }, book(telephone, wanted)), callLayer(telephone));
}

window.addEventListener("hashchange", takeLink);
takeLink();

keepCalm();

document.body.append(
    choose(
        () => (isInside() ? "inside" : "door"),
        (place) =>
            place === "inside"
                ? inside()
                : door({ picture: "phone", title: "callsTitle", lead: "callsLead", refusal, enter: () => isInside.set(true) }),
    ),
    ...regions,
);
