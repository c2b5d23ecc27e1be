import type { SpanContext, TraceState } from '@opentelemetry/api';
import { isByte, SPAN_ID_LENGTH, TRACE_ID_LENGTH } from './columns.js';
import { KeyTree } from './key-tree.js';

/*
 * How a span context is written: its ids among the ids, its flags as a byte, its trace state, if it has one, as a
 * value, and as one more byte the form, which says what keys it has and in what order.
 */

/** There is no span context. */
export const NO_CONTEXT = 0;
/** It has none of the forms below, or ids of other lengths: the object itself is the value. */
export const KEPT_CONTEXT = 1;
const LOCAL = 2;
const SHORT = 3;
const REMOTE = 4;
const REMOTE_WITH_STATE = 5;
/** Added to a form: there is a trace state, which is the value. */
const STATE = 8;

/** The span contexts that the SDK, its propagators and applications make. */
const FORMS: Readonly<Record<string, number>> = {
  'traceId spanId traceFlags traceState': LOCAL,
  'traceId spanId traceFlags': SHORT,
  'traceId spanId traceFlags isRemote': REMOTE,
  'traceId spanId traceFlags isRemote traceState': REMOTE_WITH_STATE,
};

const forms = new KeyTree((keys) => FORMS[keys.join(' ')] ?? KEPT_CONTEXT);

export function formOf(context: SpanContext): number {
  const { traceId, spanId, traceFlags, isRemote, traceState } = context;
  const form = forms.of(context);
  const remote = form === REMOTE || form === REMOTE_WITH_STATE ? true : undefined;
  const writable =
    form !== KEPT_CONTEXT && Object.getPrototypeOf(context) === Object.prototype && isRemote === remote &&
    isId(traceId, TRACE_ID_LENGTH) && isId(spanId, SPAN_ID_LENGTH) && isByte(traceFlags);
  if (!writable) return KEPT_CONTEXT;
  return traceState === undefined ? form : form | STATE;
}

function isId(id: unknown, length: number): boolean {
  return typeof id === 'string' && id.length === length;
}

export function hasValue(form: number): boolean {
  return form === KEPT_CONTEXT || (form & STATE) !== 0;
}

/** The value to be kept of a context whose form has one. */
export function valueOf(form: number, context: SpanContext): unknown {
  return form === KEPT_CONTEXT ? context : context.traceState;
}

/** A span context as it was, of what was written of it. There must be one. */
export function contextOf(form: number, traceId: string, spanId: string, traceFlags: number, value: unknown): SpanContext {
  if (form === KEPT_CONTEXT) return value as SpanContext;
  const traceState = value as TraceState;
  switch (form & ~STATE) {
    case SHORT:
      return { traceId, spanId, traceFlags };
    case REMOTE:
      return { traceId, spanId, traceFlags, isRemote: true };
    case REMOTE_WITH_STATE:
      return { traceId, spanId, traceFlags, isRemote: true, traceState };
    default:
      return { traceId, spanId, traceFlags, traceState };
  }
}
