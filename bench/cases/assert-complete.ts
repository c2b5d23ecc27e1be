import type { SpanCacheStats } from '../../src/index.js';

/**
 * Asserts that nothing was lost: all received spans have reached each subscriber, and all events are on their spans.
 * Without subscribers, all spans must have been dropped for that reason.
 *
 * @param arrived number of spans that each subscriber received
 * @param waiting number of events that wait for open spans
 * @throws Error if a number differs
 */
export function assertComplete({ spans, events }: SpanCacheStats, arrived: readonly number[], waiting = 0): void {
  const { received } = spans;
  if (received === 0) throw new Error('the cache received no spans');
  if (arrived.length > 0) assertAll('spans were delivered', spans.delivered, received);
  else assertAll('spans were dropped for lack of a subscriber', spans.dropped.no_subscriber, received);
  for (const each of arrived) assertAll('spans arrived', each, received);
  assertAll('events wait for an open span', events.parked, waiting);
  assertAll('events were merged', events.merged, events.received - waiting);
}

/**
 * Asserts for more events of open spans than may wait that each event either waits or was evicted.
 *
 * @throws Error if a number differs
 */
export function assertEvicted({ events }: SpanCacheStats, emitted: number): void {
  assertAll('events were received', events.received, emitted);
  if (events.orphaned.evicted === 0) throw new Error('nothing was evicted');
  assertAll('events wait or were evicted', events.parked + events.orphaned.evicted, emitted);
}

function assertAll(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`${actual} ${what}, not ${expected}`);
}
