// SPDX-License-Identifier: Apache-2.0
// What getStats tells about one link in the time since it was last asked.

/**
 * @typedef {object} Sample
 * @property {number | null} roundTrip Milliseconds.
 * @property {number} lossIn Fraction of packets that did not arrive here, 0 to 1.
 * @property {number} lossOut Fraction that the other side says did not arrive there.
 * @property {number} concealed Fraction of the voice that had to be made up.
 * @property {number} freezes Times the picture stood still.
 * @property {number | null} outgoing Bits per second that the browser believes fit through.
 * @property {boolean} isLimited Whether the encoder is held back by the network.
 */

/** @typedef {{ packets: number, lost: number, concealed: number, samples: number, freezes: number }} Counters */

export class Sampler {
    constructor() {
        /** @type {Counters | null} */
        this.before = null;
    }

    /**
     * @param {RTCStatsReport} report
     * @returns {Sample | null} Null the first time.
     */
    take(report) {
        /** @type {Counters} */
        const now = { packets: 0, lost: 0, concealed: 0, samples: 0, freezes: 0 };
        /** @type {Sample} */
        const sample = { roundTrip: null, lossIn: 0, lossOut: 0, concealed: 0, freezes: 0, outgoing: null, isLimited: false };
        report.forEach((entry) => {
            if (entry.type === "inbound-rtp") {
                now.packets += entry.packetsReceived ?? 0;
                now.lost += entry.packetsLost ?? 0;
                // Silence made up while nobody speaks is no fault.
                now.concealed += (entry.concealedSamples ?? 0) - (entry.silentConcealedSamples ?? 0);
                now.samples += entry.totalSamplesReceived ?? 0;
                now.freezes += entry.freezeCount ?? 0;
            } else if (entry.type === "remote-inbound-rtp") {
                sample.lossOut = Math.max(sample.lossOut, entry.fractionLost ?? 0);
            } else if (entry.type === "outbound-rtp" && entry.qualityLimitationReason === "bandwidth") {
                sample.isLimited = true;
            } else if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
                if (entry.currentRoundTripTime !== undefined) sample.roundTrip = entry.currentRoundTripTime * 1000;
                sample.outgoing = entry.availableOutgoingBitrate ?? sample.outgoing;
            }
        });
        const { before } = this;
        this.before = now;
        // Counters start again with a fresh connection.
        if (!before || now.packets < before.packets) return null;
        const lost = Math.max(0, now.lost - before.lost);
        sample.lossIn = fraction(lost, now.packets - before.packets + lost);
        sample.concealed = fraction(now.concealed - before.concealed, now.samples - before.samples);
        sample.freezes = Math.max(0, now.freezes - before.freezes);
        return sample;
    }
}

/**
 * @param {number} part
 * @param {number} whole
 */
function fraction(part, whole) {
    return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/**
 * The facts about one link that a test or an operator asks for.
 * @param {RTCStatsReport} report
 */
export function facts(report) {
    /** @type {Record<string, any>} */
    const found = {};
    /** @type {any} */
    let pair = null;
    report.forEach((entry) => {
        if (entry.type === "transport" && entry.selectedCandidatePairId) pair = report.get(entry.selectedCandidatePairId);
    });
    report.forEach((entry) => {
        if (!pair && entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") pair = entry;
        // The first of the two pictures is the camera's.
        if (entry.type === "inbound-rtp" && entry.kind === "video" && (entry.framesDecoded ?? 0) >= (found.video?.framesDecoded ?? 0)) {
            const { framesDecoded, framesPerSecond, frameWidth, frameHeight, packetsLost, freezeCount } = entry;
            found.video = { framesDecoded: framesDecoded ?? 0, framesPerSecond, frameWidth, frameHeight, packetsLost, freezeCount };
        }
        if (entry.type === "inbound-rtp" && entry.kind === "audio") {
            const { packetsReceived, packetsLost, concealedSamples, totalAudioEnergy } = entry;
            found.audio = { packetsReceived, packetsLost, concealedSamples, totalAudioEnergy };
        }
    });
    if (pair) {
        const [here, there] = [report.get(pair.localCandidateId), report.get(pair.remoteCandidateId)];
        found.local = here && { type: here.candidateType, protocol: here.protocol, relayProtocol: here.relayProtocol };
        found.remote = there && { type: there.candidateType, protocol: there.protocol };
        found.roundTrip = pair.currentRoundTripTime;
    }
    return found;
}
