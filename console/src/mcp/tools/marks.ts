import type { ConsoleApi } from '../../api/console-api.js';
import type { Mark } from '../../api/schemas.js';
import { ToolError } from '../tool-error.js';

/** Minimum length of the period compared before a mark, in milliseconds, if there is no earlier mark. */
export const BEFORE_MILLIS = 5 * 60_000;

export function marksOf(api: ConsoleApi): readonly Mark[] {
  return api.stacks({ window: '1s', limit: 1 }).marks;
}

/** A mark, and the compared periods before and after it. */
export interface ComparedPeriods {
  readonly mark: Mark;
  readonly previous: Mark | undefined;
  /** `from..to` of the API. */
  readonly before: string;
  readonly after: string;
  /** Lengths of both in milliseconds. */
  readonly beforeMillis: number;
  readonly afterMillis: number;
}

/**
 * The periods to compare. Before: since the previous mark, or else at least five minutes. After: until now.
 *
 * @throws ToolError if there is no such mark
 */
export function comparedWith(api: ConsoleApi, name: string): ComparedPeriods {
  const marks = marksOf(api);
  const index = marks.findIndex((mark) => mark.name === name);
  const mark = marks[index];
  if (mark === undefined) {
    const known = marks.map((each) => each.name).join(', ') || 'none yet';
    throw new ToolError(`mark must name a mark set since the service started, got ${name}; marks: ${known}.`);
  }
  const previous = marks[index - 1];
  const afterMillis = Math.max(1, Math.ceil(api.now()) - mark.at);
  const beforeMillis =
    previous === undefined ? Math.max(BEFORE_MILLIS, afterMillis) : Math.max(1, mark.at - previous.at);
  return {
    mark,
    previous,
    before: `${Math.max(0, mark.at - beforeMillis)}..${mark.at}`,
    after: `${mark.at}..${mark.at + afterMillis + 1}`,
    beforeMillis,
    afterMillis,
  };
}

/** A window that begins at the mark and is as long as the longer of the two compared periods. */
export function windowFor({ mark, beforeMillis, afterMillis }: ComparedPeriods): string {
  return `${mark.at}..${mark.at + Math.max(beforeMillis, afterMillis) + 1}`;
}
