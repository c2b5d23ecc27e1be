const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const GROUPED = new Intl.NumberFormat('en-US');

/**
 * A duration in at most 7 columns: with up to three digits (`2.1 ms`, `1.24 s`), from one minute on in two units (`2m
 * 05s`).
 */
export function duration(millis: number): string {
  if (!Number.isFinite(millis)) return '?';
  if (millis < 0) return `-${duration(-millis)}`;
  if (millis < 0.9995) return `${rounded(millis * 1_000, 1)} µs`;
  if (millis < 999.5) return `${rounded(millis, 1)} ms`;
  if (millis < 59.95 * SECOND) return `${rounded(millis / SECOND, 2)} s`;
  if (millis < HOUR - SECOND / 2) return twoUnits(millis, MINUTE, 'm', SECOND, 's');
  if (millis < DAY - MINUTE / 2) return twoUnits(millis, HOUR, 'h', MINUTE, 'm');
  const days = Math.round(millis / DAY);
  return days < 100_000 ? `${days}d` : '>99999d';
}

/** Rounds to `decimals` decimals below 10, one less below 100, and so on. */
function rounded(value: number, decimals: number): number {
  const shown = Math.max(0, decimals - (value < 10 ? 0 : value < 100 ? 1 : 2));
  return Number(value.toFixed(shown));
}

function twoUnits(millis: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = Math.round(millis / small);
  const perLarge = large / small;
  const rest = String(smalls % perLarge).padStart(2, '0');
  return `${Math.floor(smalls / perLarge)}${largeName} ${rest}${smallName}`;
}

/** `1,204,331` */
export function grouped(count: number): string {
  return GROUPED.format(count);
}

/** `1 span`, `2 spans` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A rate in at most 6 columns: `0.03`, `41.2`, `1,204`. */
export function rate(perSecond: number): string {
  if (perSecond >= 99.95) return grouped(Math.round(perSecond));
  return perSecond >= 9.995 ? perSecond.toFixed(1) : String(Number(perSecond.toFixed(2)));
}

/** `58 %`, `0.4 %`, `0 %` */
export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

/** The local time of day: `14:06:31.204`. */
export function timeOfDay(epochMillis: number): string {
  const date = new Date(epochMillis);
  if (Number.isNaN(date.getTime())) return '--:--:--.---';
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => digits(part, 2)).join(':');
  return `${time}.${digits(date.getMilliseconds(), 3)}`;
}

/** The same to the second: `14:06:31`. */
export function clock(epochMillis: number): string {
  return timeOfDay(epochMillis).slice(0, 8);
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}

/** The time since, in one unit: `12 s ago`. */
export function ago(epochMillis: number, now: number): string {
  const age = Math.max(0, now - epochMillis);
  return age < SECOND ? 'now' : `${duration(Math.floor(age / SECOND) * SECOND)} ago`;
}
