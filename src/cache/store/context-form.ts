import type { SpanContext, TraceState } from '@opentelemetry/api';
import { isByte, SPAN_ID_LENGTH, TRACE_ID_LENGTH } from './columns.js';
import { KeyTree } from './key-tree.js';

/*
 * The layout of a span context in a row: its ids among the ids, its flags as a byte, its trace state, if any, as a
 * value, and its form as another byte. The form encodes which keys the object has, in which order.
 */

export const NO_CONTEXT = 0;
/** The object itself is the value: it has none of the forms below, or ids of unusual lengths. */
export const KEPT_CONTEXT = 1;
const LOCAL = 2;
const SHORT = 3;
const REMOTE = 4;
const REMOTE_WITH_STATE = 5;
/** A flag added to a form: the context has a trace state, stored as the value. */
const STATE = 8;

/** Key lists of the span contexts that the SDK, its propagators and applications create. */
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
    form !== KEPT_CONTEXT &&
    Object.getPrototypeOf(context) === Object.prototype &&
    isRemote === remote &&
    isId(traceId, TRACE_ID_LENGTH) &&
    isId(spanId, SPAN_ID_LENGTH) &&
    isByte(traceFlags);
  if (!writable) return KEPT_CONTEXT;
  return traceState === undefined ? form : form | STATE;
}

function isId(id: unknown, length: number): boolean {
  return typeof id === 'string' && id.length === length;
}

export function hasValue(form: number): boolean {
  return form === KEPT_CONTEXT || (form & STATE) !== 0;
}

/** The value to store for a context. Only for a form with a value, see `hasValue()`. */
export function valueOf(form: number, context: SpanContext): unknown {
  return form === KEPT_CONTEXT ? context : context.traceState;
}

/** Restores a span context. The form must not be `NO_CONTEXT`. */
export function contextOf(
  form: number,
  traceId: string,
  spanId: string,
  traceFlags: number,
  value: unknown,
): SpanContext {
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
