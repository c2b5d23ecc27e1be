/*
 * Does evicting the longest-waiting span stay constant-time as the buffer churns?
 *
 * Every event has a new parent, so each one evicts. The two sizes run in turn, round by round; the answer
 * is the ratio of their times per event. For comparison the same with a bare Map whose oldest entry
 * is found by `map.keys().next()`, which has to step over all the deleted entries before it.
 *
 *   npx tsx bench/eviction-churn.ts
 */
import type { SpanContext } from '@opentelemetry/api';
import type { LogEvent } from '../src/model/log-event.js';
import { EventBucketPool } from '../src/reconcile/event-bucket.js';
import { WaitingBuckets } from '../src/reconcile/waiting-buckets.js';
import { alternate, report, type Variant } from './alternate.js';

const SMALL = 1_024;
const LARGE = 131_072;
const ROUNDS = 20;
const EVENTS_PER_ROUND = 100_000;
/** The naive map is slow: a round of it takes fewer. */
const NAIVE_EVENTS_PER_ROUND = 2_000;

const event = { name: 'event' } as LogEvent;

/** Span contexts as a service makes them: random span ids, 400,000 different ones. */
const contexts: SpanContext[] = Array.from({ length: 400_000 }, () => ({
  traceId: randomHex(32),
  spanId: randomHex(16),
  traceFlags: 1,
}));

function randomHex(length: number): string {
  let text = '';
  while (text.length < length) text += Math.floor(Math.random() * 16).toString(16);
  return text;
}

function linkedBuckets(maxSpans: number): (context: SpanContext) => void {
  const pool = new EventBucketPool();
  const parked = new WaitingBuckets(maxSpans, 128);
  return (context) => {
    if (parked.full) pool.release(parked.takeOldest()!);
    const bucket = pool.acquire(context, 0);
    parked.add(bucket);
    parked.addEvent(bucket, event);
  };
}

function firstKeyOfMap(maxSpans: number): (context: SpanContext) => void {
  const parked = new Map<string, LogEvent[]>();
  return ({ spanId }) => {
    if (parked.size >= maxSpans) parked.delete(parked.keys().next().value!);
    parked.set(spanId, [event]);
  };
}

/** Adds that many events, each of a new parent. */
function churn(name: string, add: (context: SpanContext) => void, spans: number): Variant {
  let next = 0;
  const run = (count: number) => {
    for (let i = 0; i < count; i++) add(contexts[next++ % contexts.length]!);
  };
  run(spans);
  return { name: `${name}, ${spans} parents`, run };
}

function compare(name: string, make: (maxSpans: number) => (context: SpanContext) => void, perRound: number): void {
  const variants = [SMALL, LARGE].map((spans) => churn(name, make(spans), spans));
  console.log(report(alternate(variants, ROUNDS, perRound)));
}

compare('linked buckets', linkedBuckets, EVENTS_PER_ROUND);
compare('first key of a Map', firstKeyOfMap, NAIVE_EVENTS_PER_ROUND);
