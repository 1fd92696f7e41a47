// SPDX-License-Identifier: Apache-2.0
// Tells the server how connections came about, for its operator's figures: once for each of the others, by the side that
// was there first, and without a word of who or where.

import { timings } from "../debug.js";
import { facts } from "../peer/sampler.js";

/** @typedef {import("../peer/person.js").Person} Person */
/** @typedef {{ type: "report", connected: boolean, first: boolean, relayed: boolean, frame?: number }} Report */

/** How long a first picture is waited for once voice passes, in milliseconds. */
const patience = 6000;

export class Reports {
    /** @param {(report: Report) => void} send */
    constructor(send) {
        this.send = send;
        /** @type {Set<string>} */
        this.told = new Set();
        /** @type {Map<string, number>} */
        this.connectedAt = new Map();
        /** Whether the first picture of the page has been told of. */
        this.hasToldFrame = false;
    }

    /**
     * To be called now and then.
     * @param {Person[]} people
     */
    async look(people) {
        for (const person of people) {
            const { pair } = person;
            if (!pair?.isElder || this.told.has(person.id)) continue;
            const condition = person.condition.peek();
            if (condition === "failed") this.tell(person.id, { connected: false, first: false, relayed: false });
            if (condition !== "connected") continue;
            const since = this.connectedAt.get(person.id) ?? performance.now();
            this.connectedAt.set(person.id, since);
            if (timings["first-frame"] === undefined && performance.now() < since + patience) continue;
            const { local } = /** @type {{ local?: { type?: string } }} */ (facts(await pair.pc.getStats()));
            const report = { connected: true, first: pair.attempts === 1, relayed: local?.type === "relay" };
            this.tell(person.id, { ...report, ...this.frame() });
        }
    }

    /**
     * @param {string} id
     * @param {Omit<Report, "type">} report
     */
    tell(id, report) {
        if (this.told.has(id)) return;
        this.told.add(id);
        this.send({ type: "report", ...report });
    }

    /** From when the first of the others was there to the first picture; told once, and not of a page that was reloaded. */
    frame() {
        const { peer, "first-frame": seen } = timings;
        if (this.hasToldFrame || peer === undefined || seen === undefined || seen < peer) return {};
        this.hasToldFrame = true;
        return { frame: Math.min(seen - peer, 600_000) };
    }
}
