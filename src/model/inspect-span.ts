import type { ReadableSpan } from './otel.js';
import { SPAN_MEMBERS } from './span-members.js';
import { contextOf, memberOf } from './value-parts.js';

/** The symbol of the method that `console.log` and assertion messages ask for what to show. */
export const inspect = Symbol.for('nodejs.util.inspect.custom');

/** What a span shows when it is inspected: its members. The resource, the same for all, is left out. Never throws. */
export function inspectSpan(span: ReadableSpan & { readonly revision?: number }): object {
  const shown = SPAN_MEMBERS.filter((member) => member !== 'resource');
  return Object.fromEntries(
    shown.map((member) => [member, member === 'spanContext' ? contextOf(span) : memberOf(span, member)]),
  );
}
