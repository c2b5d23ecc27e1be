import fc from 'fast-check';

/** Their code units are no characters of their own. */
const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;

/**
 * Any character of Unicode: as a unit of `fc.string()` it makes the same texts as fast-check's own unit `binary`. That
 * one first writes a table of all 1.1 million characters, which takes each process a second and stays in its memory.
 */
export const codePoint = fc.nat({ max: 0x10_ffff - SURROGATES }).map(
  (index) => String.fromCodePoint(index < FIRST_SURROGATE ? index : index + SURROGATES),
  (character) => {
    const point = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (point === undefined || String.fromCodePoint(point) !== character) throw new TypeError('no character');
    if (point >= FIRST_SURROGATE && point < FIRST_SURROGATE + SURROGATES) throw new TypeError('a surrogate');
    return point < FIRST_SURROGATE ? point : point - SURROGATES;
  },
);
