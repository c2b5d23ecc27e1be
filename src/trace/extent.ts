import type { HrTime } from '@opentelemetry/api';
import { nanosBetween } from './text/duration.js';

/** What takes its time. */
export interface Stretch {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** The time that several stretches take together. */
interface Extent {
  /** The first start; `NaN` if there is none. */
  readonly start: HrTime;
  /** From the first start to the last end. */
  readonly nanos: number;
}

/** Times that are `NaN` do not count. */
export function extentOf(stretches: readonly Stretch[]): Extent {
  const starts = stretches.map(({ startTime }) => startTime).filter(([seconds]) => !Number.isNaN(seconds));
  const start = starts.reduce((a, b) => (nanosBetween(a, b) < 0 ? b : a), starts[0] ?? [NaN, NaN]);
  const nanos = stretches.reduce((longest, { endTime }) => Math.max(longest, nanosBetween(start, endTime) || 0), 0);
  return { start, nanos };
}
