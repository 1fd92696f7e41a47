// SPDX-License-Identifier: Apache-2.0
// Keeps the screen lit during a call, where the browser can.

import { onEnd } from "../core/signal.js";

export function stayAwake() {
    /** @type {WakeLockSentinel | null} */
    let lock = null;
    let isOver = false;
    const ask = async () => {
        if (document.visibilityState !== "visible" || isOver) return;
        try {
            lock = (await navigator.wakeLock?.request("screen")) ?? null;
            if (isOver) await lock?.release();
        } catch {
            // A battery that runs low may refuse; the call goes on.
        }
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    onEnd(() => {
        isOver = true;
        document.removeEventListener("visibilitychange", ask);
        void lock?.release().catch(() => {});
    });
}
