// SPDX-License-Identifier: Apache-2.0
// Elements are made once. A function in the place of a value or a child is an effect that keeps it up to date.

import { effect, onEnd, scoped } from "./signal.js";

/** @typedef {string | number | boolean | null | undefined} Value */
/** @typedef {Node | string | null | undefined | false | (() => string)} Leaf */
/** @typedef {Leaf | Leaf[]} Child */
/** @typedef {Record<string, Value | (() => Value) | ((event: any) => unknown)>} Props */

/**
 * Makes an element. `on…` props are listeners; other functions are effects.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (typeof value !== "function") write(element, name, value);
        else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else effect(() => write(element, name, /** @type {() => Value} */ (value)()));
    }
    append(element, children);
    return element;
}

/**
 * @param {ParentNode} parent
 * @param {Child[]} children
 */
export function append(parent, children) {
    for (const child of children) {
        if (child === null || child === undefined || child === false) continue;
        if (Array.isArray(child)) {
            append(parent, child);
        } else if (typeof child === "function") {
            const text = document.createTextNode("");
            effect(() => {
                const next = child();
                if (text.data !== next) text.data = next;
            });
            parent.append(text);
        } else {
            parent.append(child);
        }
    }
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {Value} value
 */
function write(element, name, value) {
    if (name === "value" || name === "checked" || name === "muted") {
        Reflect.set(element, name, value);
    } else if (value === false || value === null || value === undefined) {
        element.removeAttribute(name);
    } else {
        const text = value === true ? "" : String(value);
        if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
}

/**
 * A place in the page whose content is made anew whenever `key` changes; null leaves it empty.
 * An object is a key by its identity: what shows somebody is made anew for whoever comes in their place.
 * @template {string | number | boolean | object | null | undefined} Key
 * @param {() => Key} key
 * @param {(key: NonNullable<Key>) => Node | null} make
 */
export function choose(key, make) {
    const start = document.createComment("");
    const end = document.createComment("");
    const fragment = document.createDocumentFragment();
    fragment.append(start, end);
    /** @type {Key | undefined} */
    let shown;
    let finish = () => {};
    effect(() => {
        const next = key();
        if (next === shown) return;
        shown = next;
        finish();
        finish = () => {};
        while (start.nextSibling && start.nextSibling !== end) start.nextSibling.remove();
        if (next === null || next === undefined || next === false) return;
        // Not a child of this effect: the content outlives a run that changes nothing.
        const [node, stop] = scoped(() => make(/** @type {NonNullable<Key>} */ (next)));
        finish = stop;
        if (node) end.before(node);
    });
    onEnd(() => finish());
    return fragment;
}

/**
 * Children of `parent`, one for each item by its key, made once, put in its place, and never moved. The key is the item
 * itself where a child follows what is in the item: another object with the same name is another child.
 * @template T
 * @param {HTMLElement} parent
 * @param {() => T[]} items
 * @param {(item: T) => unknown} key
 * @param {(item: T) => HTMLElement} make
 */
export function each(parent, items, key, make) {
    /** @type {Map<unknown, { node: HTMLElement, stop: () => void }>} */
    const present = new Map();
    effect(() => {
        const wanted = items();
        const keys = new Set(wanted.map(key));
        for (const [id, entry] of present) {
            if (keys.has(id)) continue;
            entry.stop();
            entry.node.remove();
            present.delete(id);
        }
        /** @type {HTMLElement | null} */
        let before = null;
        for (const [index, item] of wanted.entries()) {
            let entry = present.get(key(item));
            if (!entry) {
                const [node, stop] = scoped(() => make(item));
                entry = { node, stop };
                // In its place among those that are there.
                const after = before ? null : wanted.slice(index).map((one) => present.get(key(one))?.node).find(Boolean);
                if (before) before.after(node);
                else if (after) after.before(node);
                else parent.append(node);
                present.set(key(item), entry);
            }
            before = entry.node;
        }
    });
    onEnd(() => {
        for (const entry of present.values()) entry.stop();
    });
}
