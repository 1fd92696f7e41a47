// SPDX-License-Identifier: Apache-2.0
// The messages of WS /ws/rooms/{token}. Types only: nothing here runs.

/** @typedef {{ peerId: string, name: string, audio: boolean, video: boolean, screen: boolean, away: boolean }} PeerEntry */

/** @typedef {{ type: "join", name?: string, pin?: string, resume?: string, ack?: number }} Join */
/** @typedef {{ type: "offer" | "answer", to: string, sdp: string }} OutgoingDescription */
/** @typedef {{ type: "candidate", to: string, candidate: RTCIceCandidateInit | null }} OutgoingCandidate */
/** @typedef {{ type: "state", audio: boolean, video: boolean, screen: boolean }} OutgoingState */
/** @typedef {import("./reports.js").Report} Report */
/** @typedef {OutgoingDescription | OutgoingCandidate | OutgoingState | Report | { type: "bye" }} Outgoing */

/**
 * @typedef {object} Joined
 * @property {"joined"} type
 * @property {string} peerId
 * @property {string} resume
 * @property {number} ack
 * @property {"offerer" | "answerer"} role
 * @property {PeerEntry[]} peers
 * @property {RTCIceServer[]} iceServers
 * @property {string} iceExpiresAt
 * @property {number} maxParticipants
 */
/** @typedef {{ type: "ice", iceServers: RTCIceServer[], iceExpiresAt: string }} FreshIce */
/** @typedef {{ type: "peer-joined" } & PeerEntry} PeerJoined */
/** @typedef {{ type: "peer-left", peerId: string, reason: "bye" | "lost" | "kicked" }} PeerLeft */
/** @typedef {{ type: "peer-away" | "peer-back", peerId: string }} PeerPresence */
/** @typedef {{ type: "offer" | "answer", from: string, sdp: string }} Description */
/** @typedef {{ type: "candidate", from: string, candidate: RTCIceCandidateInit | "" | null }} Candidate */
/** @typedef {{ type: "state", from: string, audio: boolean, video: boolean, screen: boolean }} State */
/** @typedef {"bad-message" | "room-full" | "pin-required" | "pin-wrong" | "no-such-peer" | "rate-limited"} ErrorCode */
/** @typedef {{ type: "error", code: ErrorCode, message: string }} Refusal */
/** @typedef {"owner" | "expired" | "one-time" | "renewed" | "kicked" | "operator"} EndReason */
/** @typedef {{ type: "ended", reason: EndReason }} Ended */
/** @typedef {FreshIce | PeerJoined | PeerLeft | PeerPresence | Description | Candidate | State | Refusal | Ended} Event */
/** @typedef {(Joined | Event | { type: "pong", t?: number }) & { seq?: number, ack?: number }} Incoming */

export {};
