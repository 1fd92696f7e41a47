// SPDX-License-Identifier: Apache-2.0
// A text as a QR code (ISO/IEC 18004), drawn in the page: a key that goes to another device is told to no server.
// Bytes at medium error correction, in the smallest of the versions 1 to 20 that holds them.

/** Error correction at the level M: codewords of correction in each block, and how many blocks, by version. */
const corrections = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const blockCounts = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

/** Powers of two in the field of 256 elements, and their logarithms. */
const powers = new Uint8Array(512);
const logarithms = new Uint8Array(256);
for (let power = 1, exponent = 0; exponent < 255; exponent += 1) {
    powers[exponent] = powers[exponent + 255] = power;
    logarithms[power] = exponent;
    power = (power << 1) ^ (power & 0x80 ? 0x11d : 0);
}

/**
 * The modules, row by row, true where dark; null for a text that is too long.
 * @param {string} text
 * @returns {boolean[][] | null}
 */
export function qrCode(text) {
    const bytes = new TextEncoder().encode(text);
    for (let version = 1; version <= corrections.length; version += 1) {
        const room = codewordsIn(version) - correctionOf(version) * blocksOf(version);
        if (bytes.length + (version < 10 ? 2 : 3) <= room) return draw(version, interleave(version, words(bytes, version, room)));
    }
    return null;
}

/** @param {number} version */
const correctionOf = (version) => corrections[version - 1] ?? 0;
/** @param {number} version */
const blocksOf = (version) => blockCounts[version - 1] ?? 0;
/** @param {number} version */
const sizeOf = (version) => 17 + 4 * version;

/**
 * Codewords that fit beside the patterns that every code has.
 * @param {number} version
 */
function codewordsIn(version) {
    const { isReserved } = canvas(version);
    return Math.floor(isReserved.flat().filter((reserved) => !reserved).length / 8);
}

/**
 * The text as codewords of data, filled up to the room there is.
 * @param {Uint8Array} bytes
 * @param {number} version
 * @param {number} room
 */
function words(bytes, version, room) {
    /** @type {number[]} */
    const bits = [];
    /**
     * @param {number} value
     * @param {number} count
     */
    const put = (value, count) => {
        for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
    };
    put(0b0100, 4);
    put(bytes.length, version < 10 ? 8 : 16);
    for (const byte of bytes) put(byte, 8);
    put(0, Math.min(4, room * 8 - bits.length));
    while (bits.length % 8 !== 0) bits.push(0);
    const result = [];
    for (let at = 0; at < bits.length; at += 8) result.push(parseInt(bits.slice(at, at + 8).join(""), 2));
    for (let index = 0; result.length < room; index += 1) result.push(index % 2 === 0 ? 0xec : 0x11);
    return result;
}

/**
 * Cuts the data into blocks, gives each its correction, and deals them out in turn.
 * @param {number} version
 * @param {number[]} data
 */
function interleave(version, data) {
    const count = blocksOf(version);
    const short = Math.floor(data.length / count);
    const longFrom = count - (data.length % count);
    const generator = generatorOf(correctionOf(version));
    const blocks = [];
    for (let index = 0, at = 0; index < count; index += 1) {
        const length = short + (index >= longFrom ? 1 : 0);
        const block = data.slice(at, at + length);
        blocks.push({ block, correction: remainder(block, generator) });
        at += length;
    }
    const result = [];
    for (let at = 0; at <= short; at += 1) {
        for (const { block } of blocks) {
            const word = block[at];
            if (word !== undefined) result.push(word);
        }
    }
    for (let at = 0; at < generator.length; at += 1) for (const { correction } of blocks) result.push(correction[at] ?? 0);
    return result;
}

/**
 * The generator polynomial without its leading one.
 * @param {number} degree
 */
function generatorOf(degree) {
    let polynomial = [1];
    for (let root = 0; root < degree; root += 1) {
        const next = [...polynomial, 0];
        for (let at = 0; at < polynomial.length; at += 1) next[at + 1] = (next[at + 1] ?? 0) ^ times(polynomial[at] ?? 0, powers[root] ?? 0);
        polynomial = next;
    }
    return polynomial.slice(1);
}

/**
 * @param {number[]} block
 * @param {number[]} generator
 */
function remainder(block, generator) {
    const rest = new Array(generator.length).fill(0);
    for (const word of block) {
        const factor = word ^ rest.shift();
        rest.push(0);
        for (let at = 0; at < rest.length; at += 1) rest[at] ^= times(generator[at] ?? 0, factor);
    }
    return rest;
}

/**
 * @param {number} one
 * @param {number} other
 */
function times(one, other) {
    return one === 0 || other === 0 ? 0 : powers[(logarithms[one] ?? 0) + (logarithms[other] ?? 0)] ?? 0;
}

// MARK: - Drawing

/**
 * The patterns that every code of a version has, and which modules they take.
 * @param {number} version
 */
function canvas(version) {
    const size = sizeOf(version);
    const isDark = Array.from({ length: size }, () => new Array(size).fill(false));
    const isReserved = Array.from({ length: size }, () => new Array(size).fill(false));
    /**
     * @param {number} row
     * @param {number} column
     * @param {boolean} dark
     */
    const set = (row, column, dark) => {
        const [darks, reserved] = [isDark[row], isReserved[row]];
        if (!darks || !reserved || column < 0 || column >= size) return;
        darks[column] = dark;
        reserved[column] = true;
    };
    for (let at = 0; at < size; at += 1) {
        set(6, at, at % 2 === 0);
        set(at, 6, at % 2 === 0);
    }
    for (const [row, column] of /** @type {const} */ ([[3, 3], [3, size - 4], [size - 4, 3]])) {
        for (let y = -4; y <= 4; y += 1) {
            for (let x = -4; x <= 4; x += 1) {
                const distance = Math.max(Math.abs(x), Math.abs(y));
                set(row + y, column + x, distance !== 2 && distance !== 4);
            }
        }
    }
    const places = alignments(version);
    const last = places[places.length - 1];
    for (const row of places) {
        for (const column of places) {
            if ((row === 6 && (column === 6 || column === last)) || (row === last && column === 6)) continue;
            for (let y = -2; y <= 2; y += 1) {
                for (let x = -2; x <= 2; x += 1) set(row + y, column + x, Math.max(Math.abs(x), Math.abs(y)) !== 1);
            }
        }
    }
    format(set, size, 0);
    if (version >= 7) {
        let rest = version;
        for (let bit = 0; bit < 12; bit += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
        const bits = (version << 12) | rest;
        for (let at = 0; at < 18; at += 1) {
            const [far, near] = [size - 11 + (at % 3), Math.floor(at / 3)];
            set(far, near, ((bits >> at) & 1) === 1);
            set(near, far, ((bits >> at) & 1) === 1);
        }
    }
    return { isDark, isReserved, set };
}

/** @param {number} version */
function alignments(version) {
    if (version === 1) return [];
    const count = Math.floor(version / 7) + 2;
    const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
    const places = [6];
    for (let at = count - 2; at >= 0; at -= 1) places.push(sizeOf(version) - 7 - at * step);
    return places;
}

/**
 * The level of correction and the mask, twice.
 * @param {(row: number, column: number, dark: boolean) => void} set
 * @param {number} size
 * @param {number} mask
 */
function format(set, size, mask) {
    // The level M is 00.
    let rest = mask;
    for (let bit = 0; bit < 10; bit += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    for (let at = 0; at < 15; at += 1) {
        const dark = ((bits >> at) & 1) === 1;
        if (at < 6) set(at, 8, dark);
        else if (at < 8) set(at + 1, 8, dark);
        else set(size - 15 + at, 8, dark);
        if (at < 8) set(8, size - 1 - at, dark);
        else if (at === 8) set(8, 7, dark);
        else set(8, 14 - at, dark);
    }
    set(size - 8, 8, true);
}

/** @type {((row: number, column: number) => boolean)[]} */
const masks = [
    (y, x) => (y + x) % 2 === 0,
    (y) => y % 2 === 0,
    (_, x) => x % 3 === 0,
    (y, x) => (y + x) % 3 === 0,
    (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
    (y, x) => ((y * x) % 2) + ((y * x) % 3) === 0,
    (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2 === 0,
    (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2 === 0,
];

/**
 * @param {number} version
 * @param {number[]} codewords
 */
function draw(version, codewords) {
    const drawn = masks.map((mask, number) => {
        const { isDark, isReserved, set } = canvas(version);
        const size = sizeOf(version);
        let bit = 0;
        for (let right = size - 1; right > 0; right -= 2) {
            // The column of the timing pattern is left out.
            if (right === 6) right = 5;
            for (let step = 0; step < size; step += 1) {
                const row = ((right + 1) & 2) === 0 ? size - 1 - step : step;
                for (const column of [right, right - 1]) {
                    if (isReserved[row]?.[column]) continue;
                    const dark = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
                    const line = isDark[row];
                    if (line) line[column] = dark !== mask(row, column);
                    bit += 1;
                }
            }
        }
        format(set, size, number);
        return isDark;
    });
    return drawn.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

/**
 * How hard a code is to read: long runs, blocks, what looks like a finder, and too much of one colour.
 * @param {boolean[][]} rows
 */
function penalty(rows) {
    const columns = rows.map((_, x) => rows.map((row) => row[x] ?? false));
    let sum = 0;
    for (const line of [...rows, ...columns]) {
        const text = line.map((dark) => (dark ? "1" : "0")).join("");
        for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
        for (let at = 0; at + 11 <= text.length; at += 1) {
            const part = text.slice(at, at + 11);
            if (part === "10111010000" || part === "00001011101") sum += 40;
        }
    }
    for (let y = 0; y + 1 < rows.length; y += 1) {
        for (let x = 0; x + 1 < rows.length; x += 1) {
            const four = [rows[y]?.[x], rows[y]?.[x + 1], rows[y + 1]?.[x], rows[y + 1]?.[x + 1]];
            if (four.every((dark) => dark === four[0])) sum += 3;
        }
    }
    const dark = rows.flat().filter(Boolean).length / rows.length ** 2;
    return sum + Math.floor(Math.abs(dark * 100 - 50) / 5) * 10;
}
