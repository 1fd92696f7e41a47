// SPDX-License-Identifier: Apache-2.0
// Where the page begins: which of its places the address names.

import { regions } from "./core/announce.js";
import { keepCalm } from "./core/calm.js";
import { choose } from "./core/dom.js";
import { signal } from "./core/signal.js";
import { home } from "./home/home.js";
import { room } from "./room/room.js";

const path = signal(location.pathname);
/** The room that has just been made here: its link is shown first. */
let newRoom = "";

/**
 * Goes to another place without loading the page anew.
 * @param {string} next
 * @param {{ isNew: boolean }} [options]
 */
function go(next, options) {
    newRoom = options?.isNew ? next : "";
    history.pushState(null, "", next + location.search);
    path.set(next);
    scrollTo(0, 0);
}

// A picture that waits for a call would keep the browser saying that the page still loads.
if (document.readyState !== "complete") await new Promise((done) => window.addEventListener("load", done, { once: true }));

window.addEventListener("popstate", () => path.set(location.pathname));

keepCalm();

document.body.append(
    choose(path, (present) => {
        const token = /^\/r\/([^/]+)$/.exec(present)?.[1];
        const isNew = present === newRoom;
        newRoom = "";
        return token ? room(token, isNew, go) : home(go);
    }),
    ...regions,
);
