// SPDX-License-Identifier: Apache-2.0

/**
 * The session identifier of a description: the same for the whole life of the peer connection that made it, and
 * another for every other (RFC 8829 §5.2.1). So a description tells whether the other side has started over.
 * @param {string} sdp
 */
export function sessionOf(sdp) {
    return /^o=\S+ (\S+) /m.exec(sdp)?.[1] ?? "";
}
