import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '../model/otel.js';
import { timeIn } from '../model/value-parts.js';
import { nanosBetween } from '../trace/text/duration.js';

/** The first start and the last end among the spans; undefined if no span has both. */
export function spanTimes(spans: readonly ReadableSpan[]): { readonly start: HrTime; readonly end: HrTime } | undefined {
  let times: { start: HrTime; end: HrTime } | undefined;
  for (const span of spans) {
    const start = timeIn(span, 'startTime');
    const end = timeIn(span, 'endTime');
    if (start === undefined || end === undefined) continue;
    times ??= { start, end };
    if (nanosBetween(times.start, start) < 0) times.start = start;
    if (nanosBetween(times.end, end) > 0) times.end = end;
  }
  return times;
}
