// SPDX-License-Identifier: Apache-2.0
// What is wrong with the camera or microphone, in words that say what to do.

import { choose, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { t } from "../core/language.js";

/** @typedef {import("../core/language.js").Word} Word */
/** @typedef {import("../media/media.js").Media} Media */
/** @typedef {Exclude<import("../media/problems.js").Problem, "insecure">} Problem */

/**
 * One notice for both devices where the same is wrong with both.
 * @param {Media} media
 */
export function troubles(media) {
    /** @returns {Word[]} */
    const words = () => {
        const of = (/** @type {"audio" | "video"} */ kind) => (media.wants[kind]() ? media.problems[kind]() : null);
        const [audio, video] = [of("audio"), of("video")];
        // The whole page says already that the address is not secure.
        const known = (/** @type {typeof audio} */ problem) => (problem === "insecure" ? null : problem);
        const [voice, picture] = [known(audio), known(video)];
        if (voice && voice === picture) return [`${voice}Both`];
        return [...(picture ? [/** @type {Word} */ (`${picture}Camera`)] : []), ...(voice ? [/** @type {Word} */ (`${voice}Microphone`)] : [])];
    };
    return choose(
        () => words().join(" ") || null,
        (key) =>
            h(
                "div",
                { class: "notice warning", role: "alert", "data-problem": String(key) },
                icon("warning"),
                h(
                    "div",
                    {},
                    /** @type {Word[]} */ (String(key).split(" ")).map((word) => h("p", {}, () => t(word))),
                    h("button", { type: "button", class: "secondary small", onclick: () => void media.open() }, () => t("tryAgain")),
                ),
            ),
    );
}
