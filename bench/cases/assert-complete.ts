import type { SpanCacheStats } from '../../src/index.js';

/**
 * What the cache took in has come out, all of it: the spans at each subscriber, the events on their spans. Where nobody
 * is subscribed, all spans were dropped for that reason.
 *
 * @param arrived how many spans each subscriber got
 * @param waiting how many events wait for spans that are still open
 * @throws Error naming what is missing
 */
export function assertComplete({ spans, events }: SpanCacheStats, arrived: readonly number[], waiting = 0): void {
  const { received } = spans;
  if (received === 0) throw new Error('the cache received no spans');
  if (arrived.length > 0) assertAll('spans were delivered', spans.delivered, received);
  else assertAll('spans were dropped for want of a subscriber', spans.dropped.no_subscriber, received);
  for (const each of arrived) assertAll('spans arrived', each, received);
  assertAll('events wait for an open span', events.parked, waiting);
  assertAll('events were merged', events.merged, events.received - waiting);
}

/**
 * Events whose spans never end, more of them than may wait: each one waits, or has been evicted.
 *
 * @throws Error naming what is missing
 */
export function assertEvicted({ events }: SpanCacheStats, emitted: number): void {
  assertAll('events were received', events.received, emitted);
  if (events.orphaned.evicted === 0) throw new Error('nothing was evicted');
  assertAll('events wait or were evicted', events.parked + events.orphaned.evicted, emitted);
}

function assertAll(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`${actual} ${what}, not ${expected}`);
}
