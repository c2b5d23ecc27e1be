import { ROOT_CONTEXT, trace, type Context, type SpanContext } from '@opentelemetry/api';
import { randomBytes } from 'node:crypto';
import type { LogEvent } from '../../src/model/log-event.js';
import type { ReadableLogRecord } from '../../src/model/otel.js';
import { EventBucketPool } from '../../src/cache/reconcile/event-bucket.js';
import { WaitingBuckets } from '../../src/cache/reconcile/waiting-buckets.js';
import { SpanCache } from '../../src/index.js';
import type { BenchCase, Measured, Samples } from '../case.js';
import { alternate, type Variant } from '../measure/alternate.js';
import { assertEvicted } from './assert-complete.js';
import { loggerOf, NO_PIPELINE } from './sdk.js';

const SMALL = 1_024;
const LARGE = 131_072;

/** Number of different spans that log: more than can wait at once. */
const SPANS = 200_000;

/** Events per round. */
const EVENTS = 10_000;

/** An open span, with a log record to emit in it. */
interface Parent {
  readonly spanContext: SpanContext;
  readonly record: ReadableLogRecord;
  readonly context: Context;
}

/** Adds an event of a new parent. If there are too many parents, evicts the oldest one. */
type Add = (parent: Parent) => void;

/** An implementation under test. `check` throws if it has lost an event in a round. */
interface Way {
  readonly add: Add;
  readonly check?: () => void;
}

export const eviction: BenchCase = {
  name: 'eviction',
  rows: [
    {
      id: 'eviction',
      what: 'log record of a new span, which evicts the events of the oldest of 131,072 spans, from `onEmit` on',
      against: 'the oldest of 1,024',
      unit: 'ns',
      bar: { limit: 2 },
    },
    {
      id: 'eviction-buffer',
      what: 'the buffer of parked events alone, 131,072 spans',
      against: 'the same with 1,024 spans',
      unit: 'ns',
      bar: { limit: 2 },
    },
  ],
  guarded: true,
  processes: 3,
  timeShare: 2,
  measure: (millis) => compareSizes({ eviction: wholePipeline, 'eviction-buffer': buffer }, millis),
};

export const evictionByHand: BenchCase = {
  name: 'eviction-by-hand',
  rows: [
    {
      id: 'eviction-map',
      what: 'a `Map` by hand, its iterator kept, 131,072 spans',
      against: 'the same with 1,024 spans',
      unit: 'ns',
    },
    {
      id: 'eviction-first-key',
      what: 'a `Map` by hand, its first key looked up each time, 131,072 spans',
      against: 'the same with 1,024 spans',
      unit: 'ns',
    },
  ],
  guarded: false,
  processes: 3,
  timeShare: 2,
  measure: (millis) => compareSizes({ 'eviction-map': mapWithIterator, 'eviction-first-key': mapWithFirstKey }, millis),
};

/** Compares each implementation with many parents to the same one with few. */
async function compareSizes(ways: Record<string, (maxSpans: number) => Way>, millis: number): Promise<Measured> {
  const parents = makeParents();
  const samples: Record<string, Samples> = {};
  for (const [id, make] of Object.entries(ways)) {
    const variants = [LARGE, SMALL].map((spans) => churn(parents, make(spans), spans));
    const [ours, theirs] = await alternate(variants, { count: EVENTS, millis: millis / 2 });
    samples[id] = { ours: ours!, theirs: theirs! };
  }
  return { samples };
}

function wholePipeline(maxParkedSpans: number): Way {
  const cache = new SpanCache({ maxParkedSpans });
  cache.subscribe(() => {});
  let emitted = 0;
  return {
    add({ record, context }) {
      cache.logRecordProcessor.onEmit(record, context);
      if (++emitted % 1_024 === 0) cache.flush();
    },
    check() {
      cache.flush();
      assertEvicted(cache.stats(), emitted);
    },
  };
}

const event = { name: 'event' } as LogEvent;

function buffer(maxSpans: number): Way {
  const pool = new EventBucketPool();
  const parked = new WaitingBuckets(maxSpans, 128);
  return {
    add({ spanContext }) {
      const bucket = pool.acquire(spanContext, spanContext, 0);
      const displaced = parked.displacedBy(bucket);
      if (displaced !== undefined) pool.release(parked.take(displaced));
      parked.add(bucket);
      parked.addEvent(bucket, event, 200);
    },
  };
}

function mapWithIterator(maxSpans: number): Way {
  const parked = new Map<string, LogEvent[]>();
  const oldest = parked.keys();
  return {
    add({ spanContext }) {
      if (parked.size >= maxSpans) parked.delete(oldest.next().value!);
      parked.set(spanContext.spanId, [event]);
    },
  };
}

function mapWithFirstKey(maxSpans: number): Way {
  const parked = new Map<string, LogEvent[]>();
  return {
    add({ spanContext }) {
      if (parked.size >= maxSpans) parked.delete(parked.keys().next().value!);
      parked.set(spanContext.spanId, [event]);
    },
  };
}

/** Adds the given number of events, each of a new parent, to a buffer that is already full. */
function churn(parents: readonly Parent[], { add, check }: Way, spans: number): Variant {
  let next = 0;
  const addAll = (count: number) => {
    for (let i = 0; i < count; i++) add(parents[next++ % parents.length]!);
  };
  addAll(spans);
  return {
    run(count) {
      addAll(count);
      check?.();
    },
  };
}

/** Creates parents with random ids, each with a log record of the SDK. */
function makeParents(): Parent[] {
  const parents: Parent[] = [];
  const logger = loggerOf({
    ...NO_PIPELINE.logRecordProcessor,
    onEmit(record, context) {
      parents.push({ spanContext: record.spanContext!, record: record as ReadableLogRecord, context: context! });
    },
  });
  for (let i = 0; i < SPANS; i++) {
    const ids = randomBytes(24).toString('hex');
    const spanContext = { traceId: ids.slice(0, 32), spanId: ids.slice(32), traceFlags: 1 };
    logger.emit({ body: 'event', context: trace.setSpanContext(ROOT_CONTEXT, spanContext) });
  }
  return parents;
}
