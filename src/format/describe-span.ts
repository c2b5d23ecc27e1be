import { SpanStatusCode } from '@opentelemetry/api';
import type { Style } from './styles.js';
import { piece, type Text } from './text.js';
import { textsOf } from '../trace/text/value.js';
import type { SpanView } from './views.js';

/** By `SpanKind`. */
const KINDS: readonly { readonly name: string; readonly style: Style }[] = [
  { name: '', style: 'cyan' },
  { name: 'server', style: 'blue' },
  { name: 'client', style: 'magenta' },
  { name: 'producer', style: 'magenta' },
  { name: 'consumer', style: 'blue' },
];

/** Name, kind, where it was called from, whether it goes on, what went wrong, of each at most `maxLength` characters. */
export function describeSpan(view: SpanView, maxLength: number): Text[] {
  const parts: Text[] = [[piece(view.name, 'bold', maxLength)]];
  const kind = kindOf(view)?.name;
  if (kind) parts.push([piece(kind, 'dim')]);
  if (view.hasRemoteParent) parts.push([piece('← remote', 'dim')]);
  if (view.isOpen) parts.push([piece('not ended', 'yellow')]);
  if (isFailed(view)) parts.push([piece(`✗ ${errorOf(view, maxLength).join(': ') || 'ERROR'}`, 'red')]);
  return parts;
}

/** What a failed span says about its error: the type (`503`, `ECONNREFUSED`) and the status message. */
export function errorOf(view: SpanView, maxLength: number): string[] {
  if (!isFailed(view)) return [];
  const type = view.attributes.find(([key]) => key === 'error.type')?.[1];
  return textsOf([type, view.statusMessage], maxLength);
}

export function barStyle(view: SpanView): Style {
  return isFailed(view) ? 'red' : (kindOf(view)?.style ?? 'plain');
}

export function isFailed({ statusCode }: SpanView): boolean {
  return statusCode === SpanStatusCode.ERROR;
}

function kindOf({ kind }: SpanView): (typeof KINDS)[number] | undefined {
  return kind === undefined ? undefined : KINDS[kind];
}
