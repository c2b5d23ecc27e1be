import { EXCEPTION_MESSAGE, EXCEPTION_TYPE } from '../../model/semconv.js';
import type { LogEvent } from '../../model/log-event.js';
import { MergedSpan, type DeliveredSpan } from '../../model/merged-span.js';
import type { TimedEvent } from '../../model/otel.js';
import type { EventBucket } from './event-bucket.js';

/** What came of merging a bucket into a span. */
export interface Merge {
  readonly span: DeliveredSpan;
  /** Events that are on the span now. */
  readonly merged: number;
  /** Events that the span had already. */
  readonly duplicates: number;
  /** Exceptions recorded on the span that no log event has matched. */
  readonly unmatchedExceptions: readonly TimedEvent[];
}

/**
 * Puts a bucket's events behind those that the span was delivered with before, or else its own.
 *
 * Their order is that of emission: log times are in milliseconds, so sorting by time would put a log
 * event before a span event that came earlier. Of all the span's log events the newest `maxLogEvents`
 * stay; those that gave way count in `droppedEventsCount`. `unmatched` are the recorded exceptions that no earlier log
 * event has matched: all of them by default.
 *
 * Changes nothing, so that what it throws, if the span cannot be read, leaves all as it was.
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
  if (merged === 0 && bucket.overflowed === 0) return { span: before ?? original, merged, duplicates, unmatchedExceptions };

  const first = before?.events ?? own;
  const all: TimedEvent[] = first.length === 0 ? added : first.concat(added);
  const excess = Math.max(0, all.length - own.length - maxLogEvents);
  if (excess > 0) all.splice(own.length, excess);
  const dropped = ((before ?? original).droppedEventsCount ?? 0) + bucket.overflowed + excess;
  const revision = before === undefined ? (original.revision ?? 0) : (before.revision ?? 0) + 1;
  return { span: new MergedSpan(original, all, dropped, revision), merged, duplicates, unmatchedExceptions };
}

/** The exceptions that `span.recordException()` put on the span. */
function recordedExceptions(events: readonly TimedEvent[]): TimedEvent[] {
  return events.filter(({ name }) => name === 'exception');
}

/**
 * The log events without those that match one of the exceptions, which is then taken out of its list. Each recorded
 * exception matches one logged exception: an error that was logged twice and recorded once stays once.
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
  return (
    type === exception.attributes?.[EXCEPTION_TYPE] &&
    message === exception.attributes?.[EXCEPTION_MESSAGE]
  );
}
