// SPDX-License-Identifier: Apache-2.0
// What the browser keeps for us: `local` for good, `session` for this tab. Either may be forbidden or full.

/** @param {() => Storage} open */
function shelf(open) {
    return {
        /**
         * @param {string} key
         * @returns {any} Whatever was kept, or null.
         */
        read(key) {
            try {
                return JSON.parse(open().getItem(key) ?? "null");
            } catch {
                return null;
            }
        },
        /**
         * @param {string} key
         * @param {unknown} value Null lets go of it.
         */
        write(key, value) {
            try {
                if (value === null) open().removeItem(key);
                else open().setItem(key, JSON.stringify(value));
            } catch {
                // Then it is not remembered; nothing depends on it.
            }
        },
    };
}

export const local = shelf(() => localStorage);
export const session = shelf(() => sessionStorage);
