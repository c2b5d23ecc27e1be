import type { HrTime } from '@opentelemetry/api';
import { nanosBetween } from './text/duration.js';

/** A period of time. */
export interface Stretch {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** The period that covers several periods. */
interface Extent {
  /** The first start; `NaN` if there is none. */
  readonly start: HrTime;
  /** Time from the first start to the last end. */
  readonly nanos: number;
}

/** Ignores times that are `NaN`. */
export function extentOf(stretches: readonly Stretch[]): Extent {
  const starts = stretches.map(({ startTime }) => startTime).filter(([seconds]) => !Number.isNaN(seconds));
  const start = starts.reduce((a, b) => (nanosBetween(a, b) < 0 ? b : a), starts[0] ?? [NaN, NaN]);
  const nanos = stretches.reduce((longest, { endTime }) => Math.max(longest, nanosBetween(start, endTime) || 0), 0);
  return { start, nanos };
}
