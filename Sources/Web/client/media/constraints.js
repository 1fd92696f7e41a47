// SPDX-License-Identifier: Apache-2.0
// What is asked of the camera and the microphone.

/** Whether this is a device held in the hand: smaller pictures, another camera on its back. */
export const isTelephone = matchMedia("(pointer: coarse)").matches && Math.min(screen.width, screen.height) < 700;

/**
 * @param {string | undefined} deviceId
 * @param {boolean} isFirm Whether only this device will do.
 */
const device = (deviceId, isFirm) => (deviceId ? { deviceId: isFirm ? { exact: deviceId } : { ideal: deviceId } } : {});

/**
 * @param {string | undefined} deviceId
 * @param {boolean} isFirm
 * @returns {MediaTrackConstraints}
 */
export function voice(deviceId, isFirm) {
    return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...device(deviceId, isFirm) };
}

/**
 * @param {string | undefined} deviceId
 * @param {boolean} isFirm
 * @param {"user" | "environment"} facing
 * @param {boolean} isSmall Whether a small picture is enough, wherever it is seen.
 * @returns {MediaTrackConstraints}
 */
export function picture(deviceId, isFirm, facing, isSmall) {
    const [width, height] = isTelephone || isSmall ? [640, 360] : [1280, 720];
    return {
        width: { ideal: width },
        height: { ideal: height },
        frameRate: { ideal: 30, max: 30 },
        ...(deviceId ? {} : { facingMode: { ideal: facing } }),
        ...device(deviceId, isFirm),
    };
}
