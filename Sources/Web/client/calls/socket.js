// SPDX-License-Identifier: Apache-2.0
// A Socket.IO connection over WebSocket alone, on the same line as everything else here.

import { log } from "../debug.js";
import { Line, socketAt } from "../line/line.js";
import { connect, event, pong, question, read } from "./packets.js";

/** @typedef {import("../line/line.js").Link} Link */

export class Socket {
    /**
     * @param {() => { userId: string, secret: string }} auth
     * @param {{ event: (name: string, data: any) => void, link: (link: Link) => void, refused: () => void }} listener
     */
    constructor(auth, listener) {
        this.questions = 0;
        this.line = new Line(
            socketAt("/socket.io/?EIO=4&transport=websocket"),
            { name: "calls", ping: () => question((this.questions += 1)), isFinal: (code) => code === 4403 },
            {
                opened: () => {},
                message: (data) => this.hear(String(data), auth, listener),
                link: listener.link,
                closed: listener.refused,
            },
        );
    }

    /**
     * Whether it could be said; what could not is lost with the line.
     * @param {string} name
     * @param {unknown} data
     */
    emit(name, data) {
        if (this.line.link !== "open") return false;
        return this.line.send(event(name, data));
    }

    /**
     * @param {string} text
     * @param {() => { userId: string, secret: string }} auth
     * @param {{ event: (name: string, data: any) => void, refused: () => void }} listener
     */
    hear(text, auth, listener) {
        const packet = read(text);
        switch (packet.type) {
            case "open":
                return this.line.send(connect(auth()));
            case "ping":
                return this.line.send(pong);
            case "connected":
                return this.line.stands();
            case "event":
                return listener.event(packet.name, packet.data);
            case "refused":
                log("calls", "refused", packet.message);
                this.line.end();
                return listener.refused();
            case "close":
                return this.line.lose(0);
        }
    }
}
