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

const SMALL = 1_024;
const LARGE = 131_072;
const ROUNDS = 15;
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

/** Nanoseconds per event, for each round. */
function churn(buffers: ((context: SpanContext) => void)[], perRound: number): number[][] {
  const times: number[][] = buffers.map(() => []);
  const next = buffers.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    buffers.forEach((add, which) => {
      const start = process.hrtime.bigint();
      for (let i = 0; i < perRound; i++) add(contexts[next[which]!++ % contexts.length]!);
      times[which]!.push(Number(process.hrtime.bigint() - start) / perRound);
    });
  }
  return times;
}

function fill(add: (context: SpanContext) => void, spans: number): (context: SpanContext) => void {
  for (let i = 0; i < spans; i++) add(contexts[contexts.length - 1 - i]!);
  return add;
}

function report(name: string, make: (maxSpans: number) => (context: SpanContext) => void, perRound: number): void {
  const [small, large] = churn([fill(make(SMALL), SMALL), fill(make(LARGE), LARGE)], perRound).map(median);
  const ratio = (large! / small!).toFixed(2);
  console.log(`${name}: ${small!.toFixed(0)} ns at ${SMALL}, ${large!.toFixed(0)} ns at ${LARGE}, ratio ${ratio}`);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

report('linked buckets', linkedBuckets, EVENTS_PER_ROUND);
report('first key of a Map', firstKeyOfMap, NAIVE_EVENTS_PER_ROUND);
