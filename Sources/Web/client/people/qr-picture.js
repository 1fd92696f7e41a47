// SPDX-License-Identifier: Apache-2.0

import { qrCode } from "../core/qr.js";

const space = "http://www.w3.org/2000/svg";
/** Modules of white around the code that scanners need to find it. */
const quiet = 4;

/**
 * A link as a picture for another device's camera, black on white in every theme.
 * @param {string} text
 * @param {string} label What it is, for whoever cannot see it.
 */
export function qrPicture(text, label) {
    const rows = qrCode(text) ?? [];
    const size = rows.length + 2 * quiet;
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
    picture.setAttribute("class", "qr-picture");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
    picture.setAttribute("shape-rendering", "crispEdges");
    const [ground, code] = [document.createElementNS(space, "rect"), document.createElementNS(space, "path")];
    ground.setAttribute("width", String(size));
    ground.setAttribute("height", String(size));
    ground.setAttribute("fill", "#fff");
    code.setAttribute(
        "d",
        rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + quiet} ${y + quiet}h1v1h-1z`] : []))).join(""),
    );
    picture.append(ground, code);
    return picture;
}
