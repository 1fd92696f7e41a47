// SPDX-License-Identifier: Apache-2.0
// What browsers have and the type checker's library does not.

interface WakeLockSentinel {
    release(): Promise<void>;
}

interface Navigator {
    readonly wakeLock?: { request(type: "screen"): Promise<WakeLockSentinel> };
}

interface RTCRtpEncodingParameters {
    maxFramerate?: number;
    networkPriority?: RTCPriorityType;
}
