import type { EventRow, SpanRow } from '../model/span-row.js';
import { exceptionType, textIn } from '../text/exception-text.js';

/** A recorded exception: a span event `exception`, or a log record with the same attributes. */
export interface RecordedException {
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
  readonly event: EventRow;
}

export function exceptionsOf({ events }: SpanRow): RecordedException[] {
  return events.flatMap((event) => exceptionIn(event) ?? []);
}

function exceptionIn(event: EventRow): RecordedException | undefined {
  const { attributes } = event;
  const type = exceptionType(attributes);
  const message = textIn(attributes['exception.message']);
  if (type === undefined && message === undefined) return undefined;
  return { type, message, stack: textIn(attributes['exception.stacktrace']), event };
}

/** Status code of the response that a span received or sent. */
export function httpStatusOf({ attributes }: { attributes: Readonly<Record<string, unknown>> }): number | undefined {
  const status = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? NaN);
  return Number.isInteger(status) && status >= 100 && status < 1_000 ? status : undefined;
}

/** Error type of a span that failed without an exception. Instrumentations record an HTTP status as `error.type`. */
export function failureTypeOf({ attributes }: SpanRow): string | undefined {
  const type = textIn(attributes['error.type']);
  return type !== undefined && /^[1-9]\d\d$/.test(type) ? `HTTP ${type}` : type;
}
