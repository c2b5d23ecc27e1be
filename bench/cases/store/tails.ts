import { InMemorySpanExporter, SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { SpanCache } from '../../../src/index.js';
import type { BenchCase, Row, Samples } from '../../case.js';
import { p999Of } from '../../measure/statistics.js';
import { assertComplete } from '../assert-complete.js';
import { NO_PIPELINE, tracerOf } from '../sdk.js';
import {
  bare,
  CHUNK,
  ChunkedSource,
  endOne,
  references,
  RETAINED,
  store,
  withAttributes,
  type MakeKeeper,
  type MakeSpan,
} from './keepers.js';

/*
 * The 99.9th percentile with 100,000 spans retained. Measures elapsed time, so that pauses count. It
 * is nearly the slowest of a thousand chunks, so it varies between runs, as the spread shows.
 */

const KINDS: Readonly<Record<string, MakeSpan>> = { bare, 'with four attributes': withAttributes };

/** Each turn measures both sides of each row once, however long that takes. */
const MILLIS_PER_TURN = 2_800;
const CHUNKS = 1_000;
const CALLS = 100_000;

const chunkRow = {
  what: 'p99.9 of the time to make 256 spans and put them into a store of 100,000',
  bar: { limit: 0.5 },
};
const onEndRow = { what: 'p99.9 of `onEnd`, a store keeping 100,000 spans', bar: { limit: 1 } };

export const storeTails: BenchCase = {
  name: 'store-tails',
  rows: Object.keys(KINDS).flatMap((kind): Row[] => [
    {
      id: `store-chunks-${kind}`,
      what: `${chunkRow.what}, ${kind}`,
      against: "a ring of references to the SDK's spans",
      unit: 'µs',
      bar: chunkRow.bar,
    },
    {
      id: `store-onend-${kind}`,
      what: `${onEndRow.what}, ${kind}`,
      against: '`SimpleSpanProcessor` and `InMemorySpanExporter`, keeping as many',
      unit: 'µs',
      bar: onEndRow.bar,
    },
  ]),
  guarded: false,
  processes: 3,
  timeShare: 2,
  async measure(millis) {
    const turns = Math.ceil(millis / MILLIS_PER_TURN);
    const samples: Record<string, Samples> = {};
    for (const [kind, make] of Object.entries(KINDS)) {
      samples[`store-chunks-${kind}`] = await inTurn(
        turns,
        () => chunkTail(make, store),
        () => chunkTail(make, references),
      );
      samples[`store-onend-${kind}`] = await inTurn(
        turns,
        () => onEndTailOfStore(make),
        () => onEndTailOfExporter(make),
      );
    }
    return { samples };
  },
};

type Measure = () => number | Promise<number>;

async function inTurn(turns: number, measureOurs: Measure, measureTheirs: Measure): Promise<Samples> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    ours.push(await measureOurs());
    theirs.push(await measureTheirs());
  }
  return { ours, theirs };
}

function chunkTail(make: MakeSpan, keeper: MakeKeeper): number {
  const source = new ChunkedSource(make, keeper());
  source.run(RETAINED);
  gc!();
  const times = Array.from({ length: CHUNKS }, () => {
    const start = performance.now();
    source.runChunk();
    return performance.now() - start;
  });
  return p999Of(times) * 1_000;
}

async function onEndTailOfStore(make: MakeSpan): Promise<number> {
  const cache = new SpanCache();
  cache.store({ capacity: RETAINED });
  const tail = await onEndTail(make, cache.spanProcessor as SpanProcessor);
  assertComplete(cache.stats(), [RETAINED + CALLS]);
  return tail;
}

function onEndTailOfExporter(make: MakeSpan): Promise<number> {
  const exporter = new InMemorySpanExporter();
  const kept = exporter.getFinishedSpans();
  return onEndTail(make, new SimpleSpanProcessor(exporter), () => {
    kept.splice(0, Math.max(0, kept.length - RETAINED));
  });
}

/** Ends spans in bursts of a chunk, followed by a turn of the event loop, in which the work that they trigger runs. */
async function onEndTail(make: MakeSpan, processor: SpanProcessor, betweenChunks = () => {}): Promise<number> {
  const times: number[] = [];
  let timed = false;
  const tracer = tracerOf({
    ...NO_PIPELINE.spanProcessor,
    onEnd(span) {
      if (!timed) return processor.onEnd(span);
      const start = performance.now();
      processor.onEnd(span);
      times.push(performance.now() - start);
    },
  });
  for (let i = 0; i < RETAINED + CALLS; i++) {
    timed = i >= RETAINED;
    endOne(tracer, make, i);
    if (i % CHUNK !== CHUNK - 1) continue;
    await new Promise(setImmediate);
    betweenChunks();
  }
  await processor.shutdown();
  return p999Of(times) * 1_000;
}
