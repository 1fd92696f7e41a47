// SPDX-License-Identifier: Apache-2.0
// WebM as recorders write it, read block by block and written again (RFC 8794 EBML, RFC 9559 Matroska). It touches
// nothing.

/**
 * @typedef {object} Track
 * @property {number} number
 * @property {boolean} isPicture
 * @property {Uint8Array} entry What stands inside its TrackEntry, but for its number and the length of its frames.
 */
/**
 * A frame of a track: `time` in milliseconds, and whether one can begin with it.
 * @typedef {{ track: number, time: number, isKey: boolean, data: Uint8Array }} Block
 */

const id = {
    header: 0x1a45dfa3,
    segment: 0x18538067,
    info: 0x1549a966,
    tracks: 0x1654ae6b,
    cluster: 0x1f43b675,
    timestampScale: 0x2ad7b1,
    timestamp: 0xe7,
    simpleBlock: 0xa3,
    blockGroup: 0xa0,
    block: 0xa1,
    referenceBlock: 0xfb,
    trackEntry: 0xae,
    trackNumber: 0xd7,
    trackType: 0x83,
    defaultDuration: 0x23e383,
};
/** What the reader steps into instead of taking it whole. */
const parents = new Set([id.segment, id.cluster]);
/** An element longer than this is no frame of a walkie-talkie. */
const largest = 8 << 20;
/** Times in a cluster are sixteen bits with a sign. */
export const longestCluster = 30_000;

/** Takes a stream in pieces, however it is cut. */
export class Reader {
    constructor() {
        /** @type {Uint8Array} */
        this.rest = new Uint8Array(0);
        /** @type {Track[]} */
        this.tracks = [];
        this.clusterTime = 0;
        /** Milliseconds in a unit of the stream's time. */
        this.scale = 1;
        /** It is no WebM, or none that this understands. */
        this.isBroken = false;
    }

    /**
     * The frames that are whole now.
     * @param {Uint8Array} piece
     */
    read(piece) {
        /** @type {Block[]} */
        const blocks = [];
        if (this.isBroken) return blocks;
        const bytes = join([this.rest, piece]);
        let at = 0;
        while (at < bytes.length) {
            const head = headAt(bytes, at);
            if (head === "broken" || (head && !parents.has(head.id) && !(head.size <= largest))) {
                this.isBroken = true;
                return blocks;
            }
            if (!head) break;
            if (parents.has(head.id)) {
                at = head.content;
                continue;
            }
            const end = head.content + head.size;
            if (end > bytes.length) break;
            this.take(head.id, bytes.subarray(head.content, end), blocks);
            at = end;
        }
        this.rest = bytes.slice(at);
        return blocks;
    }

    /**
     * @param {number} kind
     * @param {Uint8Array} content
     * @param {Block[]} blocks
     */
    take(kind, content, blocks) {
        switch (kind) {
            case id.header:
                // Where a stream begins anew, as for whoever came in the middle of a talk.
                this.tracks = [];
                return;
            case id.info:
                for (const part of children(content)) if (part.id === id.timestampScale) this.scale = number(part.content) / 1e6;
                return;
            case id.tracks:
                this.tracks = children(content)
                    .filter((part) => part.id === id.trackEntry)
                    .map((part) => trackOf(part.content));
                return;
            case id.timestamp:
                this.clusterTime = number(content);
                return;
            case id.simpleBlock:
                this.frame(content, ((content[3] ?? 0) & 0x80) !== 0, blocks);
                return;
            case id.blockGroup: {
                const parts = children(content);
                const block = parts.find((part) => part.id === id.block);
                if (block) this.frame(block.content, !parts.some((part) => part.id === id.referenceBlock), blocks);
            }
        }
    }

    /**
     * @param {Uint8Array} content
     * @param {boolean} isKey
     * @param {Block[]} blocks
     */
    frame(content, isKey, blocks) {
        // Recorders number few tracks and lace nothing.
        const [first = 0, high = 0, low = 0, flags = 0] = content;
        if ((first & 0x80) === 0 || (flags & 0x06) !== 0 || content.length < 4) return;
        const relative = ((high << 24) >> 16) | low;
        blocks.push({ track: first & 0x7f, time: (this.clusterTime + relative) * this.scale, isKey, data: content.subarray(4) });
    }
}

/**
 * What stands before the first cluster. A picture may be followed by the next one after `longestFrame` milliseconds:
 * browsers that are not told take anything longer than two usual frames for a gap, and wait for a whole picture.
 * @param {Track[]} tracks
 * @param {number} longestFrame
 */
export function head(tracks, longestFrame) {
    const entries = tracks.map((track) =>
        element(
            id.trackEntry,
            join([
                element(id.trackNumber, unsigned(track.number)),
                ...(track.isPicture ? [element(id.defaultDuration, unsigned(longestFrame * 1e6))] : []),
                track.entry,
            ]),
        ),
    );
    return join([
        element(id.header, join([text(0x4282, "webm"), element(0x4287, unsigned(4)), element(0x4285, unsigned(2))])),
        // The segment has no known end.
        Uint8Array.of(0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
        element(id.info, join([element(id.timestampScale, unsigned(1e6)), text(0x4d80, "Sterna"), text(0x5741, "Sterna")])),
        element(id.tracks, join(entries)),
    ]);
}

/**
 * The beginning of a cluster whose end is where the next begins.
 * @param {number} time In milliseconds.
 */
export function cluster(time) {
    return join([Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), element(id.timestamp, unsigned(time))]);
}

/**
 * A frame in a cluster.
 * @param {Block} block
 * @param {number} clusterTime
 */
export function simpleBlock({ track, time, isKey, data }, clusterTime) {
    const relative = Math.round(time - clusterTime);
    return element(
        id.simpleBlock,
        join([Uint8Array.of(0x80 | track, (relative >> 8) & 0xff, relative & 0xff, isKey ? 0x80 : 0), data]),
    );
}

/** @param {Uint8Array[]} parts */
export function join(parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        whole.set(part, at);
        at += part.length;
    }
    return whole;
}

/**
 * @param {Uint8Array} content
 * @returns {Track}
 */
function trackOf(content) {
    const parts = children(content);
    const value = (/** @type {number} */ kind) => number(parts.find((part) => part.id === kind)?.content ?? new Uint8Array(0));
    const own = new Set([id.trackNumber, id.defaultDuration]);
    return {
        number: value(id.trackNumber),
        isPicture: value(id.trackType) === 1,
        entry: join(parts.filter((part) => !own.has(part.id)).map((part) => part.whole)),
    };
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {{ id: number, size: number, content: number } | "broken" | null} Null while the head is cut off.
 */
function headAt(bytes, at) {
    const first = bytes[at] ?? 0;
    const idSize = Math.clz32(first) - 23;
    if (idSize > 4) return "broken";
    const marker = bytes[at + idSize];
    if (marker === undefined) return null;
    const sizeSize = Math.clz32(marker) - 23;
    if (sizeSize > 8) return "broken";
    const content = at + idSize + sizeSize;
    if (content > bytes.length) return null;
    let kind = 0;
    for (let index = at; index < at + idSize; index += 1) kind = kind * 256 + (bytes[index] ?? 0);
    let size = marker & (0xff >> sizeSize);
    let isUnknown = size === 0xff >> sizeSize;
    for (let index = at + idSize + 1; index < content; index += 1) {
        const byte = bytes[index] ?? 0;
        isUnknown &&= byte === 0xff;
        size = size * 256 + byte;
    }
    return { id: kind, size: isUnknown ? Infinity : size, content };
}

/** @param {Uint8Array} bytes */
function children(bytes) {
    /** @type {{ id: number, content: Uint8Array, whole: Uint8Array }[]} */
    const found = [];
    let at = 0;
    while (at < bytes.length) {
        const head = headAt(bytes, at);
        if (!head || head === "broken") break;
        const end = Math.min(bytes.length, head.content + head.size);
        found.push({ id: head.id, content: bytes.subarray(head.content, end), whole: bytes.subarray(at, end) });
        at = end;
    }
    return found;
}

/** @param {Uint8Array} bytes */
const number = (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0);

/**
 * @param {number} kind
 * @param {Uint8Array} content
 */
function element(kind, content) {
    const size = content.length;
    return join([unsigned(kind), Uint8Array.of(0x10 | ((size >> 24) & 0x0f), (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff), content]);
}

/**
 * @param {number} kind
 * @param {string} value
 */
const text = (kind, value) => element(kind, new TextEncoder().encode(value));

/** @param {number} value */
function unsigned(value) {
    const bytes = [];
    let rest = Math.max(0, Math.round(value));
    do {
        bytes.unshift(rest % 256);
        rest = Math.floor(rest / 256);
    } while (rest > 0);
    return Uint8Array.from(bytes);
}
