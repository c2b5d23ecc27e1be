import { duration, grouped, percent } from '../text/units.js';

/** `14:06:31.204Z` */
export function clock(epochMillis: number): string {
  return instant(epochMillis).slice(11);
}

/** `2026-03-01T14:06:31.204Z` */
export function instant(epochMillis: number): string {
  const date = new Date(epochMillis);
  return Number.isNaN(date.getTime()) ? 'at an unknown time' : date.toISOString();
}

/** Milliseconds rounded to microseconds, the resolution of clocks. */
export function millis(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** `1 span`, `2 spans` */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `24 ms -> 3 ms (-88 %)` */
export function changed(before: number, after: number): string {
  return `${duration(before)} -> ${duration(after)}${changeOf(before, after)}`;
}

/** Maximum error of a percentile. */
const ACCURACY = 0.02;

/** ` (-88 %)`; empty if the change is within that error, or there is no figure before. */
export function changeOf(before: number, after: number): string {
  if (!(before > 0)) return '';
  const change = after / before - 1;
  if (Math.abs(change) < ACCURACY) return '';
  return ` (${change > 0 ? '+' : '-'}${percent(Math.abs(change))})`;
}
