import { cutText, textOf } from '../../model/text-of.js';

/**
 * Characters of telemetry that must not reach a terminal: control characters move the cursor, line and paragraph
 * separators forge lines, format characters hide or reorder text (Trojan Source, CVE-2021-42574), and lone surrogates
 * are invalid. The two joiners are allowed, because emoji and many scripts need them.
 */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Default maximum length of a name or message. */
const MAX_LENGTH = 1_000;

/**
 * Converts any value to text for a terminal or a message: one line of at most `maxLength` characters, with unprintable
 * characters written as JavaScript escapes. All text from telemetry passes through this function. Never throws; the
 * truncated part is not read.
 */
export function printable(value: unknown, maxLength = MAX_LENGTH): string {
  const escaped = textOf(value, maxLength).replace(UNPRINTABLE, (char) => {
    return SHORT[char] ?? escape(char.codePointAt(0) as number);
  });
  return cutText(escaped, maxLength);
}

function escape(codePoint: number): string {
  const hex = codePoint.toString(16);
  if (codePoint > 0xffff) return `\\u{${hex}}`;
  return codePoint > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`;
}
