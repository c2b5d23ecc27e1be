import { WIDE_CHARACTERS } from './wide-characters.js';

/** Characters that are combined with the previous one, or join it with the next one. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\u200c\u200d]/u;

/** Requests the emoji form of the previous character, which is two columns wide. */
const EMOJI_PRESENTATION = 0xfe0f;

/** Every character below this code point takes one column. */
const FIRST_OTHER = 0x300;

/**
 * An upper bound of the columns that a text takes.
 *
 * Counts each emoji of a sequence, even if a terminal joins them, so that a line may be too short, but never too long.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The longest prefix of the text that fits into `width`. */
export function startOf(text: string, width: number): string {
  let used = 0;
  let end = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width) return text.slice(0, end);
    end += char.length;
  }
  return text;
}

function charWidth(char: string): 0 | 1 | 2 {
  const codePoint = char.codePointAt(0) as number;
  if (codePoint < FIRST_OTHER || codePoint === EMOJI_PRESENTATION) return 1;
  if (isWide(codePoint)) return 2;
  return ZERO_WIDTH.test(char) ? 0 : 1;
}

function isWide(codePoint: number): boolean {
  let from = 0;
  let to = WIDE_CHARACTERS.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((WIDE_CHARACTERS[middle] as readonly number[])[1]! < codePoint) from = middle + 1;
    else to = middle;
  }
  return (WIDE_CHARACTERS[from]?.[0] ?? Infinity) <= codePoint;
}
