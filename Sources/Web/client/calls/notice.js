// SPDX-License-Identifier: Apache-2.0
// A call that one does not look at: the title blinks, and the system says so where it may.

import { t } from "../core/language.js";
import { effect, onEnd, signal } from "../core/signal.js";
import { asset } from "../core/place.js";
import { local } from "../core/storage.js";
import { log } from "../debug.js";

/** @typedef {import("./telephone.js").Telephone} Telephone */

const blink = 1000;
const storageKey = "sterna.missed";

/** Whether the system may be asked to show something; null where it cannot. */
export const permission = signal(typeof Notification === "function" ? Notification.permission : null);

/** To be called when the person presses a button for it. */
export async function askForNotices() {
    permission.set(await Notification.requestPermission());
}

/** @param {Telephone} telephone */
export function titleAndNotice(telephone) {
    const isOn = signal(false);
    effect(() => {
        if (telephone.state() !== "incoming_ringing") {
            isOn.set(false);
            return;
        }
        const timer = window.setInterval(() => isOn.set(!isOn.peek()), blink);
        const notice = show(telephone.machine.name, telephone.machine.video);
        onEnd(() => {
            clearInterval(timer);
            notice?.close();
        });
    });
    effect(() => {
        telephone.changed();
        const { state, name } = telephone.machine;
        const missed = telephone.contacts.past().filter((one) => one.missed && Date.parse(one.startedAt) > seenUpTo()).length;
        const usual = `${missed > 0 ? `(${missed}) ` : ""}${t("callsTitle")} · Sterna`;
        document.title = state === "incoming_ringing" && isOn() ? `📞 ${t("callsYou", { name })}` : state === "connected" ? `${name} · Sterna` : usual;
    });
}

/** Missed calls before this were seen, in milliseconds of Unix time. */
export const seenUpTo = signal(Number(local.read(storageKey) ?? 0));

/** The person has looked at the list. */
export function sawMissed() {
    seenUpTo.set(Date.now());
    local.write(storageKey, seenUpTo.peek());
}

/**
 * @param {string} name
 * @param {boolean} video
 */
function show(name, video) {
    if (permission.peek() !== "granted" || document.visibilityState === "visible") return null;
    try {
        const notice = new Notification(t("callsYou", { name }), {
            body: t(video ? "videoCall" : "voiceCall"),
            icon: asset("images/tern.svg"),
            tag: "sterna-call",
            requireInteraction: true,
        });
        notice.onclick = () => {
            window.focus();
            notice.close();
        };
        return notice;
    } catch (error) {
        // Telephones want a service worker for it.
        log("notice", String(error));
        return null;
    }
}
