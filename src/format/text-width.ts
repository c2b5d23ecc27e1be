/**
 * Blocks of characters that take two columns of a terminal: Hangul, kana, CJK, full-width forms,
 * emoji (Unicode Standard Annex 11, by block). First and last code point of each.
 */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f1e6, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/**
 * Columns a text takes, at most.
 *
 * Every code point counts, also those that join or combine with the one before: a line may end early
 * because of them, and never late.
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

function charWidth(char: string): 1 | 2 {
  const codePoint = char.codePointAt(0) as number;
  if (codePoint < 0x1100) return 1;
  return WIDE.some(([first, last]) => codePoint >= first && codePoint <= last) ? 2 : 1;
}
