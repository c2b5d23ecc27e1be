import { visible } from '../../src/text/visible.js';

/** Maximum characters of a name in a row: no screen is wide enough for more. */
const ROW = 300;

/** Untrusted text on one line: characters that could reorder or hide the surrounding text become escapes. */
export function line(text: string, most = ROW): string {
  return visible(text, most);
}

/** Untrusted text on several lines, such as a stack trace. */
export function lines(text: string, most = 20_000): string {
  return text
    .slice(0, most)
    .split(/\r?\n/)
    .map((part) => visible(part.replaceAll('\t', '  '), most))
    .join('\n');
}

/** Whether one of the texts contains the needle, which is in lower case. */
export function anyHas(texts: readonly unknown[], needle: string): boolean {
  return texts.some((text) => text !== null && text !== undefined && valueText(text).toLowerCase().includes(needle));
}

/** The value of an attribute as text. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A query-language comparison for an attribute. */
export function comparison(key: string, value: unknown): string {
  const name = /^[\w.-]+$/.test(key) ? key : JSON.stringify(key);
  if (Array.isArray(value)) return `${name} has ${JSON.stringify(String(value[0] ?? ''))}`;
  return `${name} = ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
}

/** Attributes as one line of a row. */
export function attributesText(attributes: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(attributes).map(([key, value]) => `${key}=${valueText(value)}`);
  return line(parts.join('  '), 500);
}
