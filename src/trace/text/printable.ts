import { cutText, textOf } from '../../model/text-of.js';

/**
 * What may not reach a terminal from telemetry: control characters move the cursor, line and paragraph
 * separators forge lines, format characters hide or reorder what follows (Trojan Source,
 * CVE-2021-42574), lone surrogates are no text. The two joiners stay: emoji and many scripts need them.
 */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Characters of one name or message. */
const MAX_LENGTH = 1_000;

/**
 * Any value as text for a terminal or a message: on one line, with characters that are not for display written as
 * JavaScript escapes, at most `maxLength` long. All text of the telemetry goes through here. Never throws; of what
 * is cut away nothing is looked at.
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
