import type { HrTime } from '@opentelemetry/api';

const MICRO = 1e3;
const MILLI = 1e6;
const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Nanoseconds from one time to another; exact for up to 104 days. */
export function nanosBetween(from: HrTime, to: HrTime): number {
  return (to[0] - from[0]) * SECOND + (to[1] - from[1]);
}

/**
 * Formats a duration in at most 7 columns, plus a sign: with up to three digits (`2.1 ms`, `312 ms`, `1.24 s`), from
 * one minute on in two units (`2m 05s`), from one day on in days.
 */
export function formatDuration(nanos: number): string {
  if (!Number.isFinite(nanos)) return '?';
  if (nanos < 0) return `-${formatDuration(-nanos)}`;
  if (nanos < 999.5 * MICRO) return `${rounded(nanos / MICRO, 1)} µs`;
  if (nanos < 999.5 * MILLI) return `${rounded(nanos / MILLI, 1)} ms`;
  if (nanos < 59.95 * SECOND) return `${rounded(nanos / SECOND, 2)} s`;
  if (nanos < HOUR - SECOND / 2) return twoUnits(nanos, MINUTE, 'm', SECOND, 's');
  if (nanos < DAY - MINUTE / 2) return twoUnits(nanos, HOUR, 'h', MINUTE, 'm');
  const days = Math.round(nanos / DAY);
  return days < 100_000 ? `${days}d` : '>99999d';
}

/** Rounds to `decimals` decimals below 10, and to one less from 10 on. */
function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(value < 10 ? decimals : decimals - 1));
}

function twoUnits(nanos: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = Math.round(nanos / small);
  const perLarge = large / small;
  const rest = String(smalls % perLarge).padStart(2, '0');
  return `${Math.floor(smalls / perLarge)}${largeName} ${rest}${smallName}`;
}
