// SPDX-License-Identifier: Apache-2.0
// Who has the air, as this page knows it. It touches nothing: it is told what happened and says what to do.

/** @typedef {"away" | "free" | "asking" | "talking" | "ending" | "listening"} State */
/**
 * What happened: a press and its end, what the server said, and what became of the line and the recording.
 * @typedef {"press" | "release" | "granted" | "denied" | "released" | "flushed" | "lost" | "mute"
 *     | { you: string, talker: string | null }} Input
 */
/**
 * What to do: `ask` for the air and `give` it back; `record` from now on, `air` what was recorded and all that comes,
 * `finish` the recording or `discard` it; and what the person is told by a tone.
 * @typedef {"ask" | "give" | "record" | "air" | "finish" | "discard" | "tone-grant" | "tone-busy" | "tone-free"
 *     | "tone-taken"} Step
 */

export class Floor {
    constructor() {
        /** @type {State} */
        this.state = "away";
        /**
         * Who talks, oneself included.
         * @type {string | null}
         */
        this.talker = null;
    }

    /**
     * @param {Input} input
     * @returns {Step[]}
     */
    handle(input) {
        if (typeof input === "object") return this.inform(input.you, input.talker);
        switch (input) {
            case "press":
                if (this.state === "listening") return ["tone-busy"];
                if (this.state !== "free") return [];
                this.state = "asking";
                // The first words are not lost while the question travels.
                return ["record", "ask"];
            case "release":
                if (this.state === "asking") return this.become("free", ["discard", "give"]);
                return this.state === "talking" ? this.become("ending", ["finish"]) : [];
            case "granted":
                if (this.state === "asking") return this.become("talking", ["air", "tone-grant"]);
                // The finger was gone before the answer came.
                return this.state === "talking" || this.state === "ending" ? [] : ["give"];
            case "denied":
                return this.state === "asking" ? this.become("free", ["discard", "tone-busy"]) : [];
            case "flushed":
                return this.state === "ending" ? this.become("free", ["give"]) : [];
            case "released":
                this.talker = null;
                if (this.state === "talking") return this.become("free", ["discard", "tone-taken"]);
                if (this.state === "ending") return this.become("free", ["discard"]);
                return this.state === "listening" ? this.become("free", ["tone-free"]) : [];
            case "lost":
                this.talker = null;
                return this.become("away", this.isBusy() ? ["discard", "tone-taken"] : []);
            case "mute":
                // The microphone is gone: nothing is left to be sent.
                if (this.state === "asking" || this.state === "talking") return this.become("free", ["discard", "give"]);
                return [];
        }
    }

    /** Whether one's own voice is on its way. */
    isBusy() {
        return this.state === "asking" || this.state === "talking" || this.state === "ending";
    }

    /**
     * @param {string} you
     * @param {string | null} talker
     * @returns {Step[]}
     */
    inform(you, talker) {
        this.talker = talker;
        if (this.isBusy()) return [];
        if (talker !== null && talker !== you) return this.become("listening", []);
        return this.become("free", []);
    }

    /**
     * @param {State} state
     * @param {Step[]} steps
     */
    become(state, steps) {
        this.state = state;
        return steps;
    }
}
