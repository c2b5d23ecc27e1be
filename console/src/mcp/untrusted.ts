/**
 * Invisible characters: control and format characters, lone surrogates, line separators, private-use characters and
 * variation selectors. Each can hide instructions to a model.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Variation_Selector}]|\u034f|\u115f|\u1160|\u3164|\uffa0/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text of the traced service on one line, with hidden characters written as escapes.
 *
 * @param most maximum length of the result, ellipsis included
 */
export function shown(text: string, most = 160): string {
  const escaped = text
    .slice(0, most + 1)
    .replace(HIDDEN, (char) => SHORT[char] ?? escapeOf(char.codePointAt(0) as number));
  return escaped.length > most ? `${wellFormed(escaped.slice(0, most - 1))}…` : escaped;
}

/** Removes a lone surrogate at a cut. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}

function escapeOf(codePoint: number): string {
  return codePoint > 0xffff ? `\\u{${codePoint.toString(16)}}` : `\\u${codePoint.toString(16).padStart(4, '0')}`;
}

/** The value of an attribute as text. */
export function shownValue(value: unknown, most?: number): string {
  return shown(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), most);
}
