import type { ReadableSpan } from './otel.js';
import { SPAN_MEMBERS } from './span-members.js';
import { contextOf, memberOf } from './value-parts.js';

/** Symbol of the method that `console.log` and assertion libraries call to inspect an object. */
export const inspect = Symbol.for('nodejs.util.inspect.custom');

/** The members of a span to show when it is inspected. Omits the resource, which all spans share. Never throws. */
export function inspectSpan(span: ReadableSpan & { readonly revision?: number }): object {
  const shown = SPAN_MEMBERS.filter((member) => member !== 'resource');
  return Object.fromEntries(
    shown.map((member) => [member, member === 'spanContext' ? contextOf(span) : memberOf(span, member)]),
  );
}
