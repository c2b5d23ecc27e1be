import { ERROR_TYPE } from '../model/semconv.js';
import type { SpanKindName } from '../trace/captured-span.js';
import type { Style } from './styles.js';
import { piece, type Text } from './text.js';
import { textOf } from '../model/text-of.js';
import type { PlainSpan } from '../trace/plain-span.js';

const STYLES: Readonly<Record<SpanKindName, Style>> = {
  internal: 'cyan',
  server: 'blue',
  client: 'magenta',
  producer: 'magenta',
  consumer: 'blue',
};

/** Name, kind, marks for a remote parent and an open span, and error, each with at most `maxLength` characters. */
export function describeSpan(view: PlainSpan, maxLength: number): Text[] {
  const parts: Text[] = [[piece(view.name, 'bold', maxLength)]];
  if (view.kind && view.kind !== 'internal') parts.push([piece(view.kind, 'dim')]);
  if (view.parentIsRemote) parts.push([piece('← remote', 'dim')]);
  if (!view.ended) parts.push([piece('not ended', 'yellow')]);
  if (isFailed(view)) parts.push([piece(`✗ ${errorOf(view, maxLength).join(': ') || 'ERROR'}`, 'red')]);
  return parts;
}

/** The error type (`503`, `ECONNREFUSED`) and the status message of a failed span. */
export function errorOf(view: PlainSpan, maxLength: number): string[] {
  if (!isFailed(view)) return [];
  const type = view.attributes.find(([key]) => key === ERROR_TYPE)?.[1];
  return textsOf([type, view.statusMessage], maxLength);
}

/** The texts of all values that are neither empty nor undefined. */
export function textsOf(values: readonly unknown[], maxLength: number): string[] {
  return values
    .filter((value) => value !== undefined && value !== null && value !== '')
    .map((value) => textOf(value, maxLength));
}

export function barStyle(view: PlainSpan): Style {
  return isFailed(view) ? 'red' : view.kind === undefined ? 'plain' : STYLES[view.kind];
}

export function isFailed({ status }: PlainSpan): boolean {
  return status === 'error';
}
