import { EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../../model/semconv.js';
import type { LogEvent } from '../../model/log-event.js';
import { MergedSpan, type DeliveredSpan } from '../../model/merged-span.js';
import type { TimedEvent } from '../../model/otel.js';
import type { EventBucket } from './event-bucket.js';

/** The result of merging a bucket into a span. */
export interface Merge {
  readonly span: DeliveredSpan;
  /** Number of events added to the span. */
  readonly merged: number;
  /** Number of events dropped because the span already had them. */
  readonly duplicates: number;
  /** Recorded exceptions that no log event has matched yet. */
  readonly unmatchedExceptions: readonly TimedEvent[];
}

/**
 * Appends a bucket's events to the events of the span as last delivered (`before`), or else to the span's own events.
 *
 * The order is that of emission: log times are in milliseconds, so sorting by time could put a log event before an
 * earlier span event. Only the newest `maxLogEvents` log events are kept; the others count in `droppedEventsCount`.
 * `unmatched` are the recorded exceptions that no earlier log event has matched, by default all of them.
 *
 * A pure function: if it throws because the span cannot be read, nothing has changed.
 */
export function merge(
  original: DeliveredSpan,
  before: DeliveredSpan | undefined,
  bucket: EventBucket,
  maxLogEvents: number,
  unmatched?: readonly TimedEvent[],
): Merge {
  const { events: own } = original;
  const unmatchedExceptions = unmatched === undefined ? recordedExceptions(own) : [...unmatched];
  const added = withoutMatches(unmatchedExceptions, bucket.events());
  const merged = added.length;
  const duplicates = bucket.count - merged;
  if (merged === 0 && bucket.overflowed === 0)
    return { span: before ?? original, merged, duplicates, unmatchedExceptions };

  const first = before?.events ?? own;
  const all: TimedEvent[] = first.length === 0 ? added : first.concat(added);
  const excess = Math.max(0, all.length - own.length - maxLogEvents);
  if (excess > 0) all.splice(own.length, excess);
  const dropped = ((before ?? original).droppedEventsCount ?? 0) + bucket.overflowed + excess;
  const revision = before === undefined ? (original.revision ?? 0) : (before.revision ?? 0) + 1;
  return { span: new MergedSpan(original, all, dropped, revision), merged, duplicates, unmatchedExceptions };
}

/** Returns the exceptions recorded with `span.recordException()`. */
function recordedExceptions(events: readonly TimedEvent[]): TimedEvent[] {
  return events.filter(({ name }) => name === 'exception');
}

/**
 * Removes log events that duplicate a recorded exception. Each recorded exception cancels one log event and is removed
 * from `exceptions`: an error logged twice and recorded once remains once.
 */
function withoutMatches(exceptions: TimedEvent[], events: LogEvent[]): LogEvent[] {
  if (exceptions.length === 0) return events;
  return events.filter((event) => {
    const twin = exceptions.findIndex((exception) => isSameException(event, exception));
    if (twin >= 0) exceptions.splice(twin, 1);
    return twin < 0;
  });
}

function isSameException({ name, attributes }: LogEvent, exception: TimedEvent): boolean {
  const type = attributes[EXCEPTION_TYPE];
  const message = attributes[EXCEPTION_MESSAGE];
  if (name !== 'exception' || (type === undefined && message === undefined)) return false;
  return type === exception.attributes?.[EXCEPTION_TYPE] && message === exception.attributes?.[EXCEPTION_MESSAGE];
}
