// SPDX-License-Identifier: Apache-2.0
// Which camera, microphone and speaker.

import { choose, h } from "../core/dom.js";
import { t } from "../core/language.js";

/** @typedef {import("../media/media.js").Media} Media */
/** @typedef {import("../media/media.js").Device} Device */
/** @typedef {import("../core/language.js").Word} Word */

/** @param {Media} media */
export function pickers(media) {
    return [
        picker("camera", media.devices.video, () => (media.tracks.video(), media.idOf("video")), (id) => void media.choose("video", id)),
        picker("microphone", media.devices.audio, () => (media.tracks.audio(), media.idOf("audio")), (id) => void media.choose("audio", id)),
    ];
}

/**
 * Where the browser lets a page choose.
 * @param {Media} media
 */
export function speakerPicker(media) {
    if (!("setSinkId" in HTMLMediaElement.prototype)) return null;
    const devices = () => [{ id: "", label: t("systemSpeaker") }, ...media.devices.output().filter(({ id }) => id !== "default")];
    return picker("speaker", devices, media.output, (id) => media.output.set(id));
}

/**
 * A list to choose from; not shown while there is nothing to choose.
 * @param {"camera" | "microphone" | "speaker"} kind
 * @param {() => Device[]} devices
 * @param {() => string | undefined} chosen
 * @param {(id: string) => void} choice
 */
function picker(kind, devices, chosen, choice) {
    const id = `pick-${kind}`;
    const list = () => devices().map(({ id, label }, index) => ({ id, label: label || t("nameless", { kind: t(kind), count: index + 1 }) }));
    return choose(
        // Rebuilt only when the list itself is another.
        () => (list().length > 0 ? JSON.stringify(list()) : null),
        (key) => {
            /** @type {HTMLSelectElement} */
            const select = h(
                "select",
                { id, onchange: () => choice(select.value) },
                /** @type {Device[]} */ (JSON.parse(String(key))).map(({ id, label }) =>
                    h("option", { value: id, selected: () => id === chosen() }, label),
                ),
            );
            return h("div", { class: "field" }, h("label", { for: id }, () => t(kind)), select);
        },
    );
}
