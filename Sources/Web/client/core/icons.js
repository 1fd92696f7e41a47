// SPDX-License-Identifier: Apache-2.0
// Pictures on buttons: strokes on a field of 24 by 24, in the colour of the text beside them.

const paths = {
    microphone: "M12 3.5a3 3 0 0 1 3 3V12a3 3 0 0 1-6 0V6.5a3 3 0 0 1 3-3zM5.5 11.5V12a6.5 6.5 0 0 0 13 0v-.5M12 18.5V21.5",
    "microphone-off": "M9 9.5V12a3 3 0 0 0 4.6 2.5M15 11V6.5a3 3 0 0 0-5.7-1.3M5.5 11.5V12a6.5 6.5 0 0 0 10.6 5M18.5 11.5V12c0 .9-.2 1.7-.5 2.5M12 18.5V21.5M3.5 3.5l17 17",
    camera: "M5 6.5h8.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM15.5 11l4.2-2.9c.6-.4 1.3 0 1.3.7v6.4c0 .7-.7 1.1-1.3.7L15.5 13",
    "camera-off": "M9.5 6.5h4a2 2 0 0 1 2 2v4M15.5 11l4.2-2.9c.6-.4 1.3 0 1.3.7v6.4c0 .7-.7 1.1-1.3.7L18 14.7M14.6 17.2c-.3.2-.7.3-1.1.3H5a2 2 0 0 1-2-2v-7c0-.8.5-1.5 1.2-1.8M3.5 3.5l17 17",
    screen: "M4.5 4.5h15a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.5V6a1.5 1.5 0 0 1 1.5-1.5zM8.5 20.5h7M12 17v3.5M12 13.5v-5.5M9.5 10.2L12 7.8l2.5 2.4",
    invite: "M9.5 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.3 2.9-5.5 6.5-5.5S16 16.7 16 20M18.5 8v6M15.5 11h6",
    settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    leave: "M3.5 14.5c4.7-4.7 12.3-4.7 17 0 .6.6.6 1.5 0 2.1l-1 1c-.5.5-1.3.6-1.9.2l-2-1.3c-.4-.3-.7-.8-.7-1.3v-1.6a10.5 10.5 0 0 0-5.8 0v1.6c0 .5-.3 1-.7 1.3l-2 1.3c-.6.4-1.4.3-1.9-.2l-1-1c-.6-.6-.6-1.5 0-2.1z",
    close: "M6 6l12 12M18 6L6 18",
    copy: "M9 8.5h9.5a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5H9a1.5 1.5 0 0 1-1.5-1.5V10A1.5 1.5 0 0 1 9 8.5zM4.5 15.5c-.8 0-1.5-.7-1.5-1.5V4.5C3 3.7 3.7 3 4.5 3H14c.8 0 1.5.7 1.5 1.5",
    check: "M4.5 12.5l5 5 10-11",
    share: "M12 15V3.5M8 7l4-4 4 4M5 11.5v7.5a1.5 1.5 0 0 0 1.5 1.5h11a1.5 1.5 0 0 0 1.5-1.5v-7.5",
    flip: "M4 8.5h10.5a5 5 0 0 1 0 10H12M7.5 5L4 8.5 7.5 12M14.5 15.5l-3 3 3 3",
    sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11",
    weak: "M5 19v-3M10 19v-6M15 19v-9.5M20 19V6M3.5 4l6 6M9.5 4l-6 6",
    away: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2",
    warning: "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17.2v.1",
    lock: "M6.5 10.5h11a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19v-7a1.5 1.5 0 0 1 1.5-1.5zM8 10.5V8a4 4 0 0 1 8 0v2.5",
    globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c2.5 2.5 3.8 5.5 3.8 9s-1.3 6.5-3.8 9c-2.5-2.5-3.8-5.5-3.8-9S9.5 5.5 12 3z",
    arrow: "M5 12h14M13 6l6 6-6 6",
    radio: "M8 9.5h8a1.5 1.5 0 0 1 1.5 1.5v8.5A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5V11A1.5 1.5 0 0 1 8 9.5zM9.5 13h5M9.5 16h5M9 9.5V3.5M14 6.2a3 3 0 0 1 3.5 0M13 3.6a6 6 0 0 1 6.5 0",
    again: "M4.5 12a7.5 7.5 0 1 1 2.3 5.4M4.5 18.5v-4.5H9M12 8v4.3l2.8 1.7",
    channels: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 3.5V17h-2A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5zM8 9.5h8M8 12.8h5",
    phone: "M6.2 3.5h2.6l1.6 4.2-2 1.5a12 12 0 0 0 6.4 6.4l1.5-2 4.2 1.6v2.6c0 1.5-1.2 2.7-2.7 2.7C10.5 20.5 3.5 13.5 3.5 6.2c0-1.5 1.2-2.7 2.7-2.7z",
    people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.3 2.9-5.5 6.5-5.5s6.5 2.2 6.5 5.5M15.5 4.3a3.5 3.5 0 0 1 0 6.4M18 15c2.1.8 3.5 2.5 3.5 5",
    end: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.7 5.7l12.6 12.6",
};

/** @typedef {keyof typeof paths} Icon */

const space = "http://www.w3.org/2000/svg";

/**
 * A picture beside words that say the same; readers of the page pass over it.
 * @param {Icon} name
 */
export function icon(name) {
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("class", "icon");
    picture.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", paths[name]);
    picture.append(path);
    return picture;
}
