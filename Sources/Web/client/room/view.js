// SPDX-License-Identifier: Apache-2.0
// Who is seen large: whoever was pinned, else what somebody shows of their screen, else all the same.

import { signal } from "../core/signal.js";

/** @typedef {import("../peer/person.js").Person} Person */
/** @typedef {"camera" | "screen"} Source */

export class View {
    /** @param {() => Person[]} people */
    constructor(people) {
        this.people = people;
        this.pinned = signal(/** @type {{ person: Person, source: Source } | null} */ (null));
    }

    /** Those who show a screen. */
    screens() {
        return this.people().filter((person) => person.screen());
    }

    /** How many pictures of others there are. */
    count() {
        return this.people().length + this.screens().length;
    }

    /** The one that is large, if the others are small beside it. */
    main() {
        if (this.count() < 2) return null;
        const pinned = this.pinned();
        const isThere = pinned && this.people().includes(pinned.person) && (pinned.source === "camera" || pinned.person.screen());
        if (pinned && isThere) return pinned;
        const [sharer] = this.screens();
        return sharer ? { person: sharer, source: /** @type {Source} */ ("screen") } : null;
    }

    /**
     * @param {Person} person
     * @param {Source} source
     */
    isMain(person, source) {
        const main = this.main();
        return main?.person === person && main.source === source;
    }

    /**
     * @param {Person} person
     * @param {Source} source
     */
    isPinned(person, source) {
        const pinned = this.pinned();
        return pinned?.person === person && pinned.source === source && this.isMain(person, source);
    }

    /**
     * Pins a picture, or lets go of it.
     * @param {Person} person
     * @param {Source} source
     */
    pin(person, source) {
        if (this.count() < 2) return;
        this.pinned.set(this.isPinned(person, source) ? null : { person, source });
    }
}
