import { QueryError, type Literal } from './syntax.js';

/* Parses values, by the type of their key. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const DURATION = /^(\d+(?:\.\d+)?|\.\d+)(ns|[uµμ]s|ms|s|m|h)$/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** Lowest and highest severity number of each name, as in the logs data model. */
const SEVERITIES: Readonly<Record<string, readonly [number, number]>> = {
  trace: [1, 4],
  debug: [5, 8],
  info: [9, 12],
  warn: [13, 16],
  error: [17, 20],
  fatal: [21, 24],
};
export const SEVERITY_NAMES = Object.keys(SEVERITIES);
const ALIASES: Readonly<Record<string, string>> = { warning: 'warn', err: 'error', critical: 'fatal', notice: 'info' };

/** The number that a text represents, if any. */
export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

export function parseNumber(literal: Literal): number {
  const number = numberOf(literal.text);
  if (number === undefined) throw new QueryError('Expected a number', literal);
  return number;
}

/** In milliseconds. */
export function parseDuration(literal: Literal): number {
  const [, amount, unit] = DURATION.exec(literal.text) ?? [];
  if (amount === undefined) {
    throw new QueryError('Expected a duration with a unit, such as 250ms, 1.5s, 2m or 80us', literal);
  }
  return Number(amount) * UNITS[unit!]!;
}

/** In milliseconds since the Unix epoch. A time without a zone is UTC. */
export function parseTime(literal: Literal): number {
  const { text } = literal;
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text.slice(10));
  const time = DATE.test(text) ? Date.parse(text.length > 10 && !hasZone ? `${text}Z` : text) : numberOf(text);
  if (time === undefined || Number.isNaN(time)) {
    throw new QueryError('Expected a time such as 2026-03-01T14:06:31Z, or milliseconds since the Unix epoch', literal);
  }
  return time;
}

/** Lowest and highest severity number. */
export function parseSeverity(literal: Literal): readonly [number, number] {
  const number = numberOf(literal.text);
  if (number !== undefined && number >= 1 && number <= 24) return [number, number];
  const range = severityRange(literal.text);
  if (range === undefined) {
    throw new QueryError(`Expected a severity: ${SEVERITY_NAMES.join(', ')}, or a number from 1 to 24`, literal);
  }
  return range;
}

/** The range of severity numbers for a severity text. */
export function severityRange(text: string): readonly [number, number] | undefined {
  const name = text.toLowerCase();
  return Object.hasOwn(SEVERITIES, name) ? SEVERITIES[name] : SEVERITIES[ALIASES[name] ?? 'none'];
}
