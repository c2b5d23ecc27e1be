import type { Spread } from '../measure/statistics.js';

/** The limit that a ratio has to meet. */
export interface Bar {
  readonly limit: number;
  /** Whether `limit` is a minimum. Without this, it is a maximum. */
  readonly atLeast?: true;
  /** Whether the quartile nearer to the bar is enough, because the rounds differ by more than the distance to the bar. */
  readonly withinSpread?: true;
}

/** `close`: the median misses the bar, the nearer quartile meets it, and the bar is one `withinSpread`. */
export type Verdict = 'met' | 'close' | 'missed';

export function verdictOn({ limit, atLeast, withinSpread }: Bar, ratio: Spread): Verdict {
  const meets = (value: number) => (atLeast ? value >= limit : value <= limit);
  if (meets(ratio.median)) return 'met';
  return withinSpread && meets(atLeast ? ratio.high : ratio.low) ? 'close' : 'missed';
}

export function barText({ limit, atLeast, withinSpread }: Bar): string {
  return `${atLeast ? '≥' : '≤'} ${limit}${withinSpread ? ' within its spread' : ''}`;
}
