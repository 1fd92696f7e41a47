// SPDX-License-Identifier: Apache-2.0
// The page of the channels: the door where one says one's name, then the channels.

import { regions } from "../core/announce.js";
import { keepCalm } from "../core/calm.js";
import { choose } from "../core/dom.js";
import { t } from "../core/language.js";
import { effect, signal } from "../core/signal.js";
import { door } from "../people/door.js";
import { become, me } from "../people/me.js";
import { Chat } from "./chat.js";
import { keepFromAddress } from "./keys.js";
import { chatScreen } from "./screen.js";
import { Voice } from "./voice.js";

const isInside = signal(me.peek() !== null);
const refusal = signal(/** @type {import("../core/language.js").Word | null} */ (null));

effect(() => {
    if (!isInside()) document.title = `${t("chatTitle")} · Sterna`;
});

/** The channel that the address names. */
function channelInAddress() {
    try {
        const name = decodeURIComponent(/^\/chat\/([^/]+)$/.exec(location.pathname)?.[1] ?? "") || null;
        if (name) keepFromAddress(name);
        return name;
    } catch {
        return null;
    }
}

function inside() {
    const name = me.peek()?.name ?? "";
    const chat = new Chat(name);
    const voice = new Voice(name);
    effect(() => {
        if (!chat.isForbidden()) return;
        // The server has forgotten this person: one introduces oneself anew.
        become(null);
        refusal.set("chatForbidden");
        isInside.set(false);
    });
    return chatScreen(chat, voice, channelInAddress);
}

keepCalm();

document.body.append(
    choose(
        () => (isInside() ? "inside" : "door"),
        (place) =>
            place === "inside"
                ? inside()
                : door({ picture: "channels", title: "chatTitle", lead: "chatLead", refusal, enter: () => isInside.set(true) }),
    ),
    ...regions,
);
