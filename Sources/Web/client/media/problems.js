// SPDX-License-Identifier: Apache-2.0
// Why there is no picture or no voice, by what getUserMedia said and what else is known.

/** @typedef {"denied" | "blocked" | "missing" | "busy" | "unsuitable" | "insecure" | "unplugged" | "unknown"} Problem */

/**
 * @param {unknown} error
 * @param {object} known
 * @param {boolean} known.isListed Whether the browser lists such a device.
 * @param {boolean} known.isGranted Whether the person has allowed it to the page.
 * @param {boolean} known.isSecure Whether the page may ask at all.
 * @returns {Problem}
 */
export function problemOf(error, { isListed, isGranted, isSecure }) {
    switch (error instanceof Error ? error.name : "") {
        case "NotAllowedError":
        case "PermissionDeniedError":
            // Allowed to the page and refused all the same: then it is the system that keeps it from the browser.
            return isGranted || /system/i.test(String(error)) ? "blocked" : "denied";
        case "SecurityError":
            return "denied";
        case "NotFoundError":
        case "DevicesNotFoundError":
            // Firefox says this when the system keeps a device from it that it lists.
            return isListed ? "blocked" : "missing";
        case "NotReadableError":
        case "AbortError":
        case "TrackStartError":
            return "busy";
        case "OverconstrainedError":
        case "ConstraintNotSatisfiedError":
            return "unsuitable";
        case "TypeError":
            return isSecure ? "unknown" : "insecure";
        default:
            return "unknown";
    }
}
