// SPDX-License-Identifier: Apache-2.0
// What is measured about the links of a call: how good they are, and who speaks.

import { log } from "../debug.js";
import { Quality } from "./quality.js";
import { Sampler } from "./sampler.js";

/** @typedef {import("./person.js").Person} Person */

/** Louder than this is speech, on the scale of getSynchronizationSources. */
const speech = 0.02;
/** A pause between words is no end of speaking. In milliseconds. */
const pause = 700;

export class Gauges {
    constructor() {
        /** @type {WeakMap<Person, { sampler: Sampler, quality: Quality, rung: number }>} */
        this.links = new WeakMap();
    }

    /**
     * The rung of the bitrate ladder that the way to this person allows.
     * @param {Person} person
     */
    rungOf(person) {
        return this.links.get(person)?.rung ?? 0;
    }

    /**
     * Measures every link that stands; the answer is the worst rung.
     * @param {Person[]} people
     * @param {(person: Person) => void} limit Called where the rung has changed.
     */
    async sample(people, limit) {
        let worst = 0;
        for (const person of people) {
            if (!person.pair || person.condition.peek() !== "connected") continue;
            const link = this.links.get(person) ?? { sampler: new Sampler(), quality: new Quality(), rung: 0 };
            this.links.set(person, link);
            const sample = link.sampler.take(await person.pair.pc.getStats());
            if (!sample) continue;
            const { incoming, outgoing, rung } = link.quality.add(sample);
            person.incoming.set(incoming);
            person.outgoing.set(outgoing);
            if (rung !== link.rung) {
                log(person.id.slice(0, 4), "rung", rung, JSON.stringify(sample));
                link.rung = rung;
                limit(person);
            }
            worst = Math.max(worst, rung);
        }
        return worst;
    }

    /**
     * Notes who speaks.
     * @param {Person[]} people
     */
    listen(people) {
        const now = performance.now();
        for (const person of people) {
            const sources = person.pair?.transceiver("audio")?.receiver.getSynchronizationSources?.() ?? [];
            if (person.audio.peek() && sources.some((source) => (source.audioLevel ?? 0) > speech)) person.spokeAt = now;
            person.isSpeaking.set(now - person.spokeAt < pause);
        }
    }
}
