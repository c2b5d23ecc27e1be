import type { TraceFilter } from '../../format/trace-filter.js';

const SYNTAX = /^(?<errors>errors)?(?:(?:^|,)slower=(?<slower>\d+(?:\.\d+)?)(?<unit>m?s)?)?(?:(?:^|,)name=(?<name>.+))?$/su;

/** `errors,slower=200ms,name=^GET /orders`; undefined if it is none. The name comes last: it may have commas in it. */
export function parsePrintOnly(text: string): TraceFilter | undefined {
  const match = SYNTAX.exec(text);
  if (match === null) return undefined;
  const { errors, slower, unit, name } = match.groups as Readonly<Record<string, string | undefined>>;
  const pattern = name === undefined ? undefined : patternOf(name);
  if (name !== undefined && pattern === undefined) return undefined;
  return {
    ...(errors !== undefined && { errors: true }),
    ...(slower !== undefined && { slowerThanMillis: Number(slower) * (unit === 's' ? 1_000 : 1) }),
    ...(pattern !== undefined && { name: pattern }),
  };
}

function patternOf(name: string): RegExp | undefined {
  try {
    return new RegExp(name, 'u');
  } catch {
    return undefined;
  }
}
