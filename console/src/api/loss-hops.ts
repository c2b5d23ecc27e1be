import type { Losses } from './schemas.js';

export type Hop = readonly [name: string, count: number];

/** Where spans were lost: all places with at least one loss. They add up to the total. */
export function hopsOf({ cache, feed, worker, unreadable, joined, refused }: Losses): Hop[] {
  const hops: Hop[] = [
    ...Object.entries(cache).map(([reason, count]): Hop => [`cache ${reason}`, count]),
    ['on the way to the console', feed],
    ['dead worker', worker],
    ['unreadable', unreadable],
    ['joined processes', joined],
    ['refused from OTLP', refused.requestSpans],
  ];
  return hops.filter(([, count]) => count > 0);
}

/** Losses that are not counted in spans, where there are any. */
export function otherLossesOf({ refused, logs }: Losses): Hop[] {
  const others: Hop[] = [
    ['OTLP requests refused', refused.requests],
    ['batches of joining processes refused', refused.batches],
    ['log records lost', logs],
  ];
  return others.filter(([, count]) => count > 0);
}
