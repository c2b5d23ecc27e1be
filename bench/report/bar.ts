import type { Spread } from '../measure/statistics.js';

/** What a ratio has to be. */
export interface Bar {
  readonly limit: number;
  /** The ratio has to be at least that, not at most. */
  readonly atLeast?: true;
  /** It is enough if the quartile nearer to the bar meets it: the rounds differ by more than is at stake. */
  readonly withinSpread?: true;
}

/** `close`: the median does not meet the bar, the nearer quartile does, and that is enough. */
export type Verdict = 'met' | 'close' | 'missed';

export function verdictOn({ limit, atLeast, withinSpread }: Bar, ratio: Spread): Verdict {
  const meets = (value: number) => (atLeast ? value >= limit : value <= limit);
  if (meets(ratio.median)) return 'met';
  return withinSpread && meets(atLeast ? ratio.high : ratio.low) ? 'close' : 'missed';
}

export function barText({ limit, atLeast, withinSpread }: Bar): string {
  return `${atLeast ? '≥' : '≤'} ${limit}${withinSpread ? ' within its spread' : ''}`;
}
