// SPDX-License-Identifier: Apache-2.0
// Values that the page is drawn from. An effect is run again when a signal that it read has changed; effects and
// other things with an end belong to a scope and end with it.

/** @typedef {{ work: () => void, sources: Set<Set<Effect>>, scope: Scope, alive: boolean }} Effect */
/** @typedef {{ ends: (() => void)[] }} Scope */

/**
 * @template T
 * @typedef {(() => T) & { set(value: T): void, peek(): T }} Signal
 */

/** @type {Effect | null} */
let reader = null;
/** @type {Scope | null} */
let owner = null;
/** @type {Set<Effect>} */
const waiting = new Set();

/**
 * A value that can be read, set, and looked at without becoming dependent on it.
 * @template T
 * @param {T} value
 * @returns {Signal<T>}
 */
export function signal(value) {
    /** @type {Set<Effect>} */
    const readers = new Set();
    const read = () => {
        if (reader) {
            readers.add(reader);
            reader.sources.add(readers);
        }
        return value;
    };
    /** @param {T} next */
    const set = (next) => {
        if (Object.is(value, next)) return;
        value = next;
        for (const effect of readers) schedule(effect);
    };
    return Object.assign(read, { set, peek: () => value });
}

/**
 * Runs `work` now, and again soon after anything that it read has changed.
 * @param {() => void} work
 */
export function effect(work) {
    /** @type {Effect} */
    const made = { work, sources: new Set(), scope: { ends: [] }, alive: true };
    onEnd(() => {
        made.alive = false;
        release(made);
    });
    run(made);
}

/**
 * A signal that follows what `compute` makes of other signals.
 * @template T
 * @param {() => T} compute
 * @returns {() => T}
 */
export function computed(compute) {
    const result = signal(/** @type {T} */ (/** @type {unknown} */ (undefined)));
    effect(() => result.set(compute()));
    return result;
}

/**
 * Runs `work` in a scope of its own; the second of the pair ends everything begun in it.
 * @template T
 * @param {() => T} work
 * @returns {[T, () => void]}
 */
export function scoped(work) {
    /** @type {Scope} */
    const scope = { ends: [] };
    return [within(scope, null, work), () => end(scope)];
}

/**
 * Registers what to do when the present scope ends.
 * @param {() => void} work
 */
export function onEnd(work) {
    owner?.ends.push(work);
}

/** Runs the effects that are due now rather than in a moment. */
export function flush() {
    for (const effect of waiting) {
        waiting.delete(effect);
        if (effect.alive) run(effect);
    }
}

/** @param {Effect} effect */
function schedule(effect) {
    if (waiting.size === 0) queueMicrotask(flush);
    waiting.add(effect);
}

/** @param {Effect} effect */
function run(effect) {
    release(effect);
    within(effect.scope, effect, effect.work);
}

/** @param {Effect} effect */
function release(effect) {
    for (const readers of effect.sources) readers.delete(effect);
    effect.sources.clear();
    end(effect.scope);
}

/** @param {Scope} scope */
function end(scope) {
    for (const work of scope.ends.splice(0).reverse()) work();
}

/**
 * @template T
 * @param {Scope} scope
 * @param {Effect | null} effect
 * @param {() => T} work
 * @returns {T}
 */
function within(scope, effect, work) {
    const [outerReader, outerOwner] = [reader, owner];
    [reader, owner] = [effect, scope];
    try {
        return work();
    } finally {
        [reader, owner] = [outerReader, outerOwner];
    }
}
