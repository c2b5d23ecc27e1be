/**
 * What may not reach a terminal from telemetry: control characters move the cursor, line and paragraph
 * separators forge lines, format characters hide or reorder what follows (Trojan Source,
 * CVE-2021-42574), lone surrogates are no text. The two joiners stay: emoji and many scripts need them.
 */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with characters that are not for display written as JavaScript escapes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => SHORT[char] ?? escape(char.codePointAt(0) as number));
}

function escape(codePoint: number): string {
  const hex = codePoint.toString(16);
  if (codePoint > 0xffff) return `\\u{${hex}}`;
  return codePoint > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`;
}
