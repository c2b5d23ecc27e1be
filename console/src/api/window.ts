import type { TimeWindow } from '../engine/contract.js';
import { ApiError } from './api-error.js';

/** A duration up to now, such as `5m`, `90s` or `2h`; or `from..to` in milliseconds since the Unix epoch. */
export const WINDOW_FORM = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h)|\d+(?:\.\d+)?\.\.\d+(?:\.\d+)?)$/;

const DEFAULT = '5m';
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Parses `5m` or `from..to` into a window by the console's clock. The window of a duration ends now, inclusive. */
export function windowOf(text: string | undefined, now: number): TimeWindow {
  const span = text ?? DEFAULT;
  const [first, second] = span.split('..');
  if (second !== undefined) return fixedWindow(Number(first), Number(second));
  const [, amount, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(span) ?? [];
  // Whole milliseconds: the same length at any time, so that rates stay the same while nothing happens.
  const end = Math.floor(now);
  return { from: Math.max(0, end - Number(amount) * UNITS[unit as keyof typeof UNITS]), to: end + 1 };
}

function fixedWindow(from: number, to: number): TimeWindow {
  if (from < to) return { from, to };
  throw new ApiError(400, { error: `The window must end after it starts, got ${from}..${to}.` });
}
