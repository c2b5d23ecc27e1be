import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '../model/otel.js';
import type { Style } from './styles.js';
import { piece, type Text } from './text.js';
import { nonEmptyStrings } from './value.js';

/** By `SpanKind`. */
const KINDS: readonly { readonly name: string; readonly style: Style }[] = [
  { name: '', style: 'cyan' },
  { name: 'server', style: 'blue' },
  { name: 'client', style: 'magenta' },
  { name: 'producer', style: 'magenta' },
  { name: 'consumer', style: 'blue' },
];

/** Name, kind, where it was called from, what went wrong. */
export function describeSpan(span: ReadableSpan): Text[] {
  const parts: Text[] = [[piece(span.name, 'bold')]];
  const kind = KINDS[span.kind]?.name;
  if (kind) parts.push([piece(kind, 'dim')]);
  if (span.parentSpanContext?.isRemote) parts.push([piece('← remote', 'dim')]);
  if (isFailed(span)) parts.push([piece(`✗ ${errorOf(span).join(': ') || 'ERROR'}`, 'red')]);
  return parts;
}

/** What a failed span says about its error: the type (`503`, `ECONNREFUSED`) and the status message. */
export function errorOf(span: ReadableSpan): string[] {
  if (!isFailed(span)) return [];
  return nonEmptyStrings([span.attributes['error.type'], span.status.message]);
}

export function barStyle(span: ReadableSpan): Style {
  return isFailed(span) ? 'red' : (KINDS[span.kind]?.style ?? 'plain');
}

export function isFailed(span: ReadableSpan): boolean {
  return span.status.code === SpanStatusCode.ERROR;
}
