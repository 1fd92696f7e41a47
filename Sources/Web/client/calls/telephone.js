// SPDX-License-Identifier: Apache-2.0
// The telephone of this device: the line to the server, the call that is going on, and its one connection.

import { effect, onEnd, scoped, signal } from "../core/signal.js";
import { session } from "../core/storage.js";
import { allow, expose, log } from "../debug.js";
import { Media } from "../media/media.js";
import { playTune, repeatTune, vibrate } from "../media/tones.js";
import { Mesh } from "../peer/mesh.js";
import { me } from "../people/me.js";
import { Contacts } from "./contacts.js";
import { Machine } from "./machine.js";
import { Socket } from "./socket.js";
import { bell, busy, over, ringback } from "./tunes.js";

/** @typedef {import("../line/line.js").Link} Link */
/** @typedef {import("../peer/pair.js").Description} Description */
/** @typedef {import("./machine.js").Input} Input */
/** @typedef {import("./machine.js").State} State */
/** @typedef {import("./machine.js").Step} Step */

const memoryKey = "sterna.call";
/** The server keeps the seat of a running call this long, in milliseconds. */
const patience = 45000;

export class Telephone {
    constructor() {
        this.contacts = new Contacts();
        this.machine = new Machine();
        this.state = signal(/** @type {State} */ ("idle"));
        /** Changes with everything that the machine holds. */
        this.changed = signal(0);
        this.link = signal(/** @type {Link} */ ("connecting"));
        this.isForbidden = signal(false);
        /** What the screen of a call needs; null while there is none. */
        this.call = signal(/** @type {CallInHand | null} */ (null));
        /** @type {RTCIceServer[]} */
        this.iceServers = [];
        /** @type {{ chatId: string, reason: string }[]} */
        this.unsaid = [];
        this.hush = () => {};
        this.socket = new Socket(() => ({ userId: me.peek()?.userId ?? "", secret: me.peek()?.secret ?? "" }), {
            event: (name, data) => this.hear(name, data ?? {}),
            link: (link) => this.linked(link),
            refused: () => this.isForbidden.set(true),
        });
    }

    start() {
        onEnd(() => {
            this.call.peek()?.end();
            this.hush();
            this.socket.line.end();
        });
        expose("telephone", async () => ({
            state: this.state.peek(),
            reason: this.machine.reason,
            link: this.link.peek(),
            contacts: this.contacts.all.peek(),
            iceServers: this.iceServers.length,
            past: this.contacts.past.peek().map((one) => [one.direction, one.outcome, one.missed]),
        }));
        expose("call", async () => ({ people: (await this.call.peek()?.mesh.describe()) ?? [] }));
        allow("cut", () => this.socket.line.lose(0));
        void this.contacts.load();
        this.socket.line.open();
    }

    // MARK: - What the person does

    /**
     * @param {import("./contacts.js").Contact} contact
     * @param {boolean} video
     */
    dial({ chatId, name }, video) {
        this.do({ type: "dial", chat: chatId, name, video });
    }

    // MARK: - What the server says

    /**
     * @param {string} name
     * @param {any} data
     */
    hear(name, data) {
        const chat = data.chatId;
        switch (name) {
            case "call:offer":
                return this.do({ type: "offer", chat, video: data.video === true, name: String(data.callerName ?? ""), offer: data.offer });
            case "call:ringing":
                return this.do({ type: "ringing", chat });
            case "call:answer":
                if (this.state.peek() !== "outgoing" || chat !== this.machine.chat) return;
                this.do({ type: "answered", chat });
                return this.call.peek()?.answered(data.answer);
            case "call:ice-candidate":
                if (chat === this.machine.chat) this.call.peek()?.candidate(data.candidate);
                return;
            case "call:renegotiate":
                if (chat === this.machine.chat) this.call.peek()?.describe(data.description);
                return;
            case "call:rejected":
                return this.do({ type: "rejected", chat });
            case "call:end":
                return this.do({ type: "ended", chat, reason: String(data.reason ?? "hangup") });
            case "call:no-answer":
                return this.do({ type: "no-answer", chat });
            case "call:busy":
                return this.do({ type: "busy", chat });
            case "call:error":
                log("call", data.message);
                return this.do({ type: "refused", chat, message: String(data.message ?? "") });
            case "presence":
                return this.contacts.present(data.userId, data.online === true);
            case "webrtc-config":
                this.iceServers = data.iceServers;
                this.call.peek()?.mesh.refresh(data.iceServers);
        }
    }

    /** @param {Link} link */
    linked(link) {
        this.link.set(link);
        if (link === "open") for (const unsaid of this.unsaid.splice(0)) this.socket.emit("call:end", unsaid);
        if (link === "lost") this.do({ type: "line-lost" });
        if (link !== "open") return;
        if (this.call.peek()) this.call.peek()?.lineIsBack();
        else void this.comeBack();
        void this.contacts.load();
    }

    /** A reload in the middle of a call goes straight back into it, unless it has ended meanwhile. */
    async comeBack() {
        const memory = session.read(memoryKey);
        session.write(memoryKey, null);
        if (!memory || Date.now() - memory.at > patience || this.machine.isBusy()) return;
        await this.contacts.load();
        // The server has written a call of this chat down since it began: that can only be this one.
        if (this.contacts.lastOf(memory.chat) !== memory.last || this.machine.isBusy()) return;
        this.do({ type: "resume", ...memory });
        this.tellRunning();
    }

    // MARK: - The machine

    /** @param {Input} input */
    do(input) {
        const before = this.state.peek();
        for (const step of this.machine.handle(input)) this.step(step);
        this.state.set(this.machine.state);
        this.changed.set(this.changed.peek() + 1);
        if (this.machine.isBusy() || before === this.machine.state) return;
        // The server writes a call down when it is over.
        window.setTimeout(() => void this.contacts.load(), 300);
    }

    /** @param {Step} step */
    step(step) {
        const { machine } = this;
        switch (step) {
            case "media":
                return this.prepare();
            case "dial":
            case "renew":
                return void this.call.peek()?.begin();
            case "answer":
                return void this.call.peek()?.take(machine.offer);
            case "ring": {
                const stop = repeatTune(bell.tune, bell.period);
                const trembling = window.setInterval(() => vibrate([300, 200, 300]), bell.period);
                this.hush = () => (stop(), clearInterval(trembling), vibrate(0));
                return;
            }
            case "ringback":
                this.hush = repeatTune(ringback.tune, ringback.period);
                return;
            case "hush":
                this.hush();
                this.hush = () => {};
                return;
            case "tell-cancel":
                return this.tellEnd("cancelled");
            case "tell-end":
                return this.tellEnd("hangup");
            case "tell-reject":
                return void this.socket.emit("call:reject", { chatId: machine.chat });
            case "close":
                if (machine.reason === "busy") playTune(busy);
                else if (this.call.peek()) playTune(over);
                this.call.peek()?.end();
                this.call.set(null);
                session.write(memoryKey, null);
        }
    }

    /**
     * Without a line it is said as soon as there is one: the other side would go on waiting.
     * @param {string} reason
     */
    tellEnd(reason) {
        const end = { chatId: this.machine.chat, reason };
        if (!this.socket.emit("call:end", end)) this.unsaid = [end];
    }

    /** The server may have begun anew while the call went on. */
    tellRunning() {
        const { chat, isCaller, video, state } = this.machine;
        if (state === "connecting" || state === "connected") this.socket.emit("call:resume", { chatId: chat, isCaller, video });
    }

    prepare() {
        const [call, stop] = scoped(() => new CallInHand(this));
        call.stop = stop;
        this.call.set(call);
    }
}

/** The call that is going on, as its screen sees it. */
export class CallInHand {
    /** @param {Telephone} telephone */
    constructor(telephone) {
        this.telephone = telephone;
        const { machine } = telephone;
        this.name = me.peek()?.name ?? "";
        this.link = telephone.link;
        this.hasJoined = true;
        this.stop = () => {};
        this.media = new Media();
        this.media.wants.video.set(machine.video);
        this.isOpened = this.media.open();
        /** Whether the first description has gone out the way that first ones go. */
        this.hasTold = false;
        /** Whether the connection was made anew while nobody could be told. */
        this.isStale = false;
        /** @type {(RTCIceCandidateInit | "" | null)[]} */
        this.early = [];
        this.since = signal(0);
        /** The call before this one, by which one sees later whether this one has ended. */
        this.last = telephone.contacts.lastOf(machine.chat);
        this.mesh = new Mesh({
            media: this.media,
            kinds: ["audio", "video"],
            tellsByDirection: true,
            post: {
                description: (_, description) => this.tell(description),
                candidate: (_, candidate) => candidate && telephone.socket.emit("call:ice-candidate", { chatId: machine.chat, candidate }),
                canSpeak: () => telephone.link.peek() === "open" && (machine.state === "connecting" || machine.state === "connected"),
            },
        });
        this.mesh.iceServers = telephone.iceServers;
        this.people = this.mesh.people;
        this.isConnected = this.mesh.isConnected;
        this.mesh.start();
        effect(() => {
            const condition = this.people()[0]?.condition();
            if (condition === "connected") {
                if (this.since.peek() === 0) this.since.set(Date.now());
                telephone.do({ type: "up" });
            }
            if (condition === "failed") telephone.do({ type: "given-up" });
        });
        const remember = () => {
            if (machine.state !== "connecting" && machine.state !== "connected") return;
            const { chat, name, video, isCaller } = machine;
            session.write(memoryKey, { chat, name, video: this.media.wants.video.peek() || video, isCaller, last: this.last, at: Date.now() });
        };
        window.addEventListener("pagehide", remember);
        onEnd(() => {
            window.removeEventListener("pagehide", remember);
            this.media.stop();
        });
    }

    isVoiceOnly() {
        return this.mesh.isVoiceOnly();
    }

    /** @param {boolean} isElder */
    person(isElder) {
        const { name } = this.telephone.machine;
        return this.people.peek()[0] ?? this.mesh.add({ peerId: "other", name, audio: true, video: false, screen: false, away: false }, isElder);
    }

    /** Makes the connection and offers it. */
    async begin() {
        const isFresh = this.telephone.machine.state === "outgoing";
        await this.isOpened;
        if (!this.telephone.machine.isBusy()) return;
        this.hasTold = !isFresh;
        this.person(this.telephone.machine.isCaller).pair?.begin();
    }

    /**
     * Answers what was offered.
     * @param {any} offer
     */
    async take(offer) {
        await this.isOpened;
        if (!this.telephone.machine.isBusy()) return;
        // One's own offer, if there was one, is not wanted any more.
        this.mesh.remove("other");
        this.hasTold = false;
        const { pair } = this.person(false);
        pair?.receive({ type: "offer", sdp: offer?.sdp ?? "" });
        for (const candidate of this.early.splice(0)) pair?.receive({ type: "candidate", candidate });
    }

    /** @param {any} answer */
    answered(answer) {
        const { pair } = this.person(true);
        if (this.isStale) pair?.renew();
        else pair?.receive({ type: "answer", sdp: answer?.sdp ?? "" });
        for (const candidate of this.early.splice(0)) pair?.receive({ type: "candidate", candidate });
    }

    /** @param {any} description */
    describe(description) {
        if (description?.type !== "offer" && description?.type !== "answer") return;
        this.person(this.telephone.machine.isCaller).pair?.receive({ type: description.type, sdp: description.sdp ?? "" });
    }

    /** @param {RTCIceCandidateInit | "" | null} candidate */
    candidate(candidate) {
        const pair = this.people.peek()[0]?.pair;
        // One cannot add them before there is a description to which they belong.
        if (pair && pair.theirs !== null) pair.receive({ type: "candidate", candidate });
        else this.early.push(candidate);
    }

    /** @param {Description} description */
    tell(description) {
        const { machine, socket } = this.telephone;
        const chatId = machine.chat;
        if (machine.state === "outgoing") {
            if (this.hasTold) {
                this.isStale = true;
                return;
            }
            this.hasTold = true;
            socket.emit("call:initiate", { chatId, offer: description, video: machine.video });
        } else if (!this.hasTold && description.type === "answer") {
            this.hasTold = true;
            socket.emit("call:answer", { chatId, answer: description });
        } else {
            socket.emit("call:renegotiate", { chatId, description });
        }
        // What came before its description can be added now.
        const pair = this.people.peek()[0]?.pair;
        if (pair && pair.theirs !== null) for (const candidate of this.early.splice(0)) pair.receive({ type: "candidate", candidate });
    }

    /** The server holds our seat for this line now; what was said to the dead one is said again. */
    lineIsBack() {
        this.telephone.tellRunning();
        const pair = this.people.peek()[0]?.pair;
        if (!pair) return;
        if (pair.pc.signalingState === "have-local-offer") pair.tell();
        pair.hurry();
    }

    end() {
        this.stop();
    }
}
