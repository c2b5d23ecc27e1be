/** Every character below this code point takes one column. */
const FIRST_OTHER = 0x300;

/**
 * Characters that take two columns: wide and full-width ones (Unicode Standard Annex 11), by block, and emoji. A block
 * may contain narrow or unassigned characters, so a line may be cut too early, but never too late.
 */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u4dbf\u4dc0-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18df2}\u{18e00}-\u{191d2}\u{1aff0}-\u{1b2fb}\u{1d300}-\u{1d376}\u{1f1ae}\u{1f200}-\u{1f265}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters that are combined with the previous one, or join it with the next one. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\u200c\u200d]$/u;

/** Requests the emoji form of the previous character, which is two columns wide. */
const EMOJI_PRESENTATION = 0xfe0f;

/** An upper bound of the columns of a text: counts each emoji of a sequence, even if a terminal joins them. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The longest prefix of a text that fits into `width` columns. */
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
  if (ZERO_WIDTH.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
