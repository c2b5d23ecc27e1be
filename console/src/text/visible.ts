/**
 * Characters of telemetry that must not reach a terminal: control characters move the cursor, separators forge lines,
 * format characters reorder text (CVE-2021-42574), and lone surrogates are invalid. The two joiners are allowed,
 * because emoji and many scripts need them.
 */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Maximum characters of one name or message. */
const MAX_LENGTH = 2_000;

/** A text on one line, with unprintable characters written as JavaScript escapes. */
export function visible(text: string, maxLength = MAX_LENGTH): string {
  const start = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return start.replace(HIDDEN, (char) => SHORT[char] ?? escape(char.codePointAt(0) as number));
}

/**
 * JSON text in which such characters are escaped. JSON itself only escapes controls below U+0020: a terminal would take
 * U+009B for the start of a command, and U+202E would reorder a line.
 */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

function escape(codePoint: number): string {
  const hex = codePoint.toString(16);
  if (codePoint > 0xffff) return `\\u{${hex}}`;
  return codePoint > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`;
}
