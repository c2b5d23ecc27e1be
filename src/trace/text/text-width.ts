import { WIDE_CHARACTERS } from './wide-characters.js';

/** Drawn over the character before, or joining it with the next one. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\u200c\u200d]$/u;

/** Asks for the character before as an emoji, which is two columns wide. */
const EMOJI_PRESENTATION = 0xfe0f;

/** Below this, each character takes one column. */
const FIRST_OTHER = 0x300;

/**
 * Columns a text takes, at most.
 *
 * Each emoji of a sequence counts, also where a terminal shows them as one: a line may end early because of
 * them, and never late.
 */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** As much of the text's start as fits into `width`. */
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
  const [first = Infinity] = WIDE_CHARACTERS[from] ?? [];
  return first <= codePoint;
}
