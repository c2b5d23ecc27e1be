import type { HrTime } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1_000_000_000;

/** The time from `start` to `end`, computed as in the SDK. */
export function durationBetween(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0];
  const nanos = end[1] - start[1];
  return nanos < 0 ? [seconds - 1, nanos + NANOS_PER_SECOND] : [seconds, nanos];
}

/** The time at which a duration ends. */
export function timeAfter(start: HrTime, duration: HrTime): HrTime {
  const seconds = start[0] + duration[0];
  const nanos = start[1] + duration[1];
  return nanos >= NANOS_PER_SECOND ? [seconds + 1, nanos - NANOS_PER_SECOND] : [seconds, nanos];
}
