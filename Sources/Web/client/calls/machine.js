// SPDX-License-Identifier: Apache-2.0
// A call as in a messenger, from the first ring to the end. It touches nothing: it is told what happened, and says
// what to do.

/** @typedef {"idle" | "outgoing" | "incoming_ringing" | "connecting" | "connected" | "ended" | "failed"} State */
/**
 * Why it is over, as the person is told.
 * @typedef {"hangup" | "cancelled" | "declined" | "rejected" | "busy" | "no-answer" | "missed" | "offline" | "answered-elsewhere"
 *     | "rejected-elsewhere" | "lost" | "line" | "too-fast" | "already" | "refused" | "unreachable"} Reason
 */
/** @typedef {{ type: "offer", chat: string, video: boolean, name: string, offer: any }} Offer */
/**
 * What the person does, what the server says of a chat, and what became of the connection.
 * @typedef {{ type: "dial", chat: string, video: boolean, name: string } | { type: "accept", video: boolean }
 *     | { type: "decline" } | { type: "hang-up" } | { type: "dismiss" } | Offer
 *     | { type: "ringing" | "answered" | "rejected" | "busy" | "no-answer", chat: string }
 *     | { type: "ended", chat: string, reason: string } | { type: "refused", chat: string, message: string }
 *     | { type: "resume", chat: string, video: boolean, name: string, isCaller: boolean }
 *     | { type: "up" } | { type: "given-up" } | { type: "line-lost" }} Input
 */
/**
 * What to do: open camera and microphone (`media`), make a connection and offer it (`dial`) or answer with one
 * (`answer`), begin to ring or to sound as if it rang there (`ring`, `ringback`) and be quiet again (`hush`), tell the
 * server (`tell-cancel`, `tell-end`, `tell-reject`), make the connection anew (`renew`), let go of it all (`close`).
 * @typedef {"media" | "dial" | "answer" | "ring" | "ringback" | "hush" | "tell-cancel" | "tell-end" | "tell-reject"
 *     | "renew" | "close"} Step
 */

/** @type {Record<string, Reason>} */
const refusals = { "User offline": "offline", "Already calling": "already", "Too fast": "too-fast" };
/** @type {ReadonlySet<string>} */
const told = new Set(["answered-elsewhere", "rejected-elsewhere", "lost"]);

export class Machine {
    constructor() {
        /** @type {State} */
        this.state = "idle";
        this.chat = "";
        /** Whom one talks to. */
        this.name = "";
        /** Whether it was asked for with a picture. */
        this.video = false;
        this.isCaller = false;
        /** Whether it rings where one calls. */
        this.isRinging = false;
        /** @type {Reason | null} */
        this.reason = null;
        /** What was offered and is not answered yet. */
        this.offer = null;
    }

    /**
     * @param {Input} input
     * @returns {Step[]}
     */
    handle(input) {
        if ("chat" in input && this.isBusy() && input.chat !== this.chat) return [];
        switch (this.state) {
            case "idle":
            case "ended":
            case "failed":
                return this.quiet(input);
            case "outgoing":
                return this.outgoing(input);
            case "incoming_ringing":
                return this.incoming(input);
            case "connecting":
            case "connected":
                return this.talking(input);
        }
    }

    /** Whether there is a call. */
    isBusy() {
        return this.state === "outgoing" || this.state === "incoming_ringing" || this.state === "connecting" || this.state === "connected";
    }

    /**
     * Nothing is going on.
     * @param {Input} input
     * @returns {Step[]}
     */
    quiet(input) {
        switch (input.type) {
            case "dial":
                this.begin("outgoing", input, true);
                return ["media", "dial"];
            case "offer":
                this.begin("incoming_ringing", input, false);
                this.offer = input.offer;
                return ["ring"];
            case "resume":
                this.begin("connecting", input, input.isCaller);
                return ["media", "renew"];
            case "dismiss":
                this.state = "idle";
                return [];
            default:
                return [];
        }
    }

    /**
     * One calls.
     * @param {Input} input
     * @returns {Step[]}
     */
    outgoing(input) {
        switch (input.type) {
            case "ringing":
                if (this.isRinging) return [];
                this.isRinging = true;
                return ["ringback"];
            case "answered":
                this.state = "connecting";
                return ["hush"];
            case "offer":
                // Both called at once, and theirs was first: there is nothing to ask any more.
                this.offer = input.offer;
                this.isCaller = false;
                this.state = "connecting";
                return ["hush", "answer"];
            case "rejected":
            case "busy":
            case "no-answer":
                return this.over(input.type);
            case "ended":
                return this.over(told.has(input.reason) ? /** @type {Reason} */ (input.reason) : "rejected");
            case "refused":
                return this.over(refusals[input.message] ?? "refused");
            case "hang-up":
                return this.over("cancelled", "tell-cancel");
            case "line-lost":
                return this.over("line");
            default:
                return [];
        }
    }

    /**
     * One is called.
     * @param {Input} input
     * @returns {Step[]}
     */
    incoming(input) {
        switch (input.type) {
            case "accept":
                this.video = input.video;
                this.state = "connecting";
                return ["hush", "media", "answer"];
            case "decline":
            case "hang-up":
                return this.over("declined", "tell-reject");
            case "offer":
                // The line was drawn anew, or they called again.
                this.offer = input.offer;
                return [];
            case "ended":
                return this.over(input.reason === "answered-elsewhere" || input.reason === "rejected-elsewhere" ? input.reason : "missed");
            case "line-lost":
                // If it still rings when the line is back, the server says so again.
                this.state = "idle";
                return ["hush", "close"];
            default:
                return [];
        }
    }

    /**
     * One talks, or is about to.
     * @param {Input} input
     * @returns {Step[]}
     */
    talking(input) {
        switch (input.type) {
            case "up":
                this.state = "connected";
                return [];
            case "given-up":
                return this.fail("unreachable", "tell-end");
            case "ended":
                return this.over(input.reason === "lost" ? "lost" : "hangup");
            case "rejected":
                return this.over("rejected");
            case "refused":
                return input.message === "Bad answer" || input.message === "Access denied" ? this.fail("refused", "tell-end") : [];
            case "hang-up":
                return this.over("hangup", "tell-end");
            default:
                return [];
        }
    }

    /**
     * @param {State} state
     * @param {{ chat: string, video: boolean, name: string }} call
     * @param {boolean} isCaller
     */
    begin(state, { chat, video, name }, isCaller) {
        Object.assign(this, { state, chat, video, name, isCaller, isRinging: false, reason: null, offer: null });
    }

    /**
     * @param {Reason} reason
     * @param {...Step} steps
     * @returns {Step[]}
     */
    over(reason, ...steps) {
        this.state = "ended";
        this.reason = reason;
        return ["hush", ...steps, "close"];
    }

    /**
     * @param {Reason} reason
     * @param {...Step} steps
     * @returns {Step[]}
     */
    fail(reason, ...steps) {
        const all = this.over(reason, ...steps);
        this.state = "failed";
        return all;
    }
}
