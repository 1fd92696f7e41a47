// SPDX-License-Identifier: Apache-2.0
// What a connection is told besides its descriptions: the servers it may use, and what goes first.

/**
 * A configuration that looks for ways through these servers; through a relay alone only where there is one.
 * @param {RTCConfiguration} present
 * @param {RTCIceServer[]} iceServers
 * @param {{ relayOnly: boolean, isFirm: boolean }} manner Whether a relay is wished for, and whether nothing else will do.
 * @returns {RTCConfiguration}
 */
export function through(present, iceServers, { relayOnly, isFirm }) {
    const hasRelay = iceServers.some((server) => [server.urls].flat().some((url) => url.startsWith("turn")));
    return { ...present, iceServers, iceTransportPolicy: relayOnly && (hasRelay || isFirm) ? "relay" : "all" };
}

/**
 * Voice goes first where the network has to choose.
 * @param {RTCRtpSender | undefined} sender
 */
export async function putFirst(sender) {
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length) return;
    for (const encoding of parameters.encodings) encoding.priority = encoding.networkPriority = "high";
    await sender.setParameters(parameters);
}
