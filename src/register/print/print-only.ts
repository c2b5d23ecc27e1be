import type { TraceFilter } from '../../format/trace-filter.js';

/**
 * Parses `errors,slower=200ms,name=^GET /orders`. The name must be last, because it may contain commas.
 *
 * @returns undefined for invalid text
 */
export function parsePrintOnly(text: string): TraceFilter | undefined {
  const [, words = '', name] = /^(.*?)(?:(?:^|,)\s*name=(.+))?$/su.exec(text) ?? [];
  try {
    return Object.assign(
      {},
      ...words.split(',').map((word) => parseWord(word.trim())),
      name === undefined ? {} : { name: new RegExp(name, 'u') },
    ) as TraceFilter;
  } catch {
    return undefined;
  }
}

function parseWord(word: string): TraceFilter {
  if (word === '') return {};
  if (word === 'errors') return { errors: true };
  const [, number, unit] = /^slower=(\d+(?:\.\d+)?)(m?s)?$/u.exec(word) ?? [];
  if (number === undefined) throw new SyntaxError(word);
  return { slowerThanMillis: Number(number) * (unit === 's' ? 1_000 : 1) };
}
