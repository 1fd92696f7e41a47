// SPDX-License-Identifier: Apache-2.0
// Why there is no picture or no voice, by what getUserMedia said.

/** @typedef {"denied" | "missing" | "busy" | "unsuitable" | "insecure" | "unplugged" | "unknown"} Problem */

/**
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
    switch (error instanceof Error ? error.name : "") {
        case "NotAllowedError":
        case "SecurityError":
            return "denied";
        case "NotFoundError":
            return "missing";
        case "NotReadableError":
        case "AbortError":
            return "busy";
        case "OverconstrainedError":
            return "unsuitable";
        case "TypeError":
            return "insecure";
        default:
            return "unknown";
    }
}
