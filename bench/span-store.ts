/*
 * What does a store of 100,000 spans cost, against one that keeps the SDK's span objects themselves, as
 * `InMemorySpanExporter` does? Bytes, running time, the slowest of 1,000 chunks, the slowest of 1,000 `onEnd`
 * calls, and whether time grows as spans go through.
 *
 *   node --expose-gc --import tsx bench/span-store.ts          1 million spans go through at the end
 *   node --expose-gc --import tsx bench/span-store.ts --long   10 million
 */
import { ROOT_CONTEXT, type Attributes, type Tracer } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { SpanStoreSubscription } from '../src/fanout/span-store.js';
import { SpanCache, type ReadableSpan } from '../src/index.js';
import { alternate, type Variant } from './alternate.js';

const RETAINED = 100_000;
const CHUNK = 256;

/** Keeps the newest spans it is given. */
interface Keeper {
  deliverSpans(spans: readonly ReadableSpan[]): void;
}

/** The same store, of references to the SDK's spans. */
class ReferenceRing implements Keeper {
  readonly #ring: ReadableSpan[] = [];
  #oldest = 0;

  deliverSpans(spans: readonly ReadableSpan[]): void {
    for (const span of spans) {
      if (this.#ring.length < RETAINED) {
        this.#ring.push(span);
      } else {
        this.#ring[this.#oldest] = span;
        this.#oldest = (this.#oldest + 1) % RETAINED;
      }
    }
  }
}

const KEEPERS: Readonly<Record<'references' | 'columns', () => Keeper>> = {
  references: () => new ReferenceRing(),
  columns: () => new SpanStoreSubscription(RETAINED, () => {}, () => {}),
};

/** What the spans of a service look like: each makes the options of its i-th span. */
const SPANS: Readonly<Record<string, (i: number) => { name: string; attributes?: Attributes }>> = {
  bare: () => ({ name: 'span' }),
  'with attributes': (i) => ({
    name: 'POST /orders',
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/orders',
      'http.response.status_code': i % 10 === 0 ? 500 : 201,
      'order.total': i + 0.5,
    },
  }),
};

type Make = (typeof SPANS)[string];

/** Makes spans with the SDK and hands them on in chunks, as the driver does. */
class ChunkedSource {
  readonly #tracer: Tracer;
  readonly #make: Make;
  readonly #keeper: Keeper;
  #chunk: ReadableSpan[] = [];
  #made = 0;

  constructor(make: Make, keeper: Keeper) {
    this.#make = make;
    this.#keeper = keeper;
    this.#tracer = tracerFor({ ...SILENT, onEnd: (span) => void this.#chunk.push(span) });
  }

  runChunk(): void {
    for (let i = 0; i < CHUNK; i++) endOne(this.#tracer, this.#make, this.#made++);
    this.#keeper.deliverSpans(this.#chunk);
    this.#chunk = [];
  }

  run(count: number): void {
    for (let i = 0; i < count; i += CHUNK) this.runChunk();
  }
}

const SILENT: SpanProcessor = {
  onStart() {},
  onEnd() {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

function tracerFor(processor: SpanProcessor): Tracer {
  return new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('bench');
}

function endOne(tracer: Tracer, make: Make, i: number): void {
  const { name, attributes = {} } = make(i);
  tracer.startSpan(name, { attributes }, ROOT_CONTEXT).end();
}

/** Bytes that each keeper holds for a span, in the JavaScript heap and outside. */
export function retainedBytes(make: Make): Record<keyof typeof KEEPERS, number> {
  const measure = (which: keyof typeof KEEPERS) => {
    const keeper = KEEPERS[which]();
    const source = new ChunkedSource(make, keeper);
    const before = memoryInUse();
    source.run(RETAINED);
    const bytes = (memoryInUse() - before) / RETAINED;
    keeper.deliverSpans([]);
    return bytes;
  };
  return { references: measure('references'), columns: measure('columns') };
}

function memoryInUse(): number {
  for (let i = 0; i < 3; i++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Times of making 100,000 spans and handing them to a keeper that has 100,000 already. Only one keeper is alive
 * at a time: what the other one holds would cost it time in the garbage collector.
 */
export function runningTime(make: Make, rounds: number): { ratio: number; low: number; high: number } {
  let source: ChunkedSource | undefined;
  const variants = Object.entries(KEEPERS).map(
    ([name, create]): Variant => ({
      name,
      prepare() {
        source = new ChunkedSource(make, create());
        source.run(RETAINED);
        globalThis.gc!();
      },
      run: (count) => source!.run(count),
    }),
  );
  const [references, columns] = alternate(variants, rounds, RETAINED);
  const { median } = references!;
  return { ratio: columns!.median / median, low: columns!.low / median, high: columns!.high / median };
}

/** Microseconds that the slowest of 1,000 chunks takes, to make its 256 spans and keep them. */
export function chunkTail(make: Make, which: keyof typeof KEEPERS, chunks: number): number {
  const source = new ChunkedSource(make, KEEPERS[which]());
  source.run(RETAINED);
  globalThis.gc!();
  return tailMicros(chunks, () => source.runChunk());
}

/** Microseconds that the slowest of 1,000 calls of `onEnd` takes, with a store of a cache. */
export async function onEndTailOfStore(make: Make, calls: number): Promise<number> {
  const cache = new SpanCache();
  cache.store({ capacity: RETAINED });
  return onEndTail(make, calls, cache.spanProcessor as SpanProcessor);
}

/** The same with an `InMemorySpanExporter` that keeps as many. */
export async function onEndTailOfExporter(make: Make, calls: number): Promise<number> {
  const exporter = new InMemorySpanExporter();
  const kept = exporter.getFinishedSpans();
  return onEndTail(make, calls, new SimpleSpanProcessor(exporter), () => {
    kept.splice(0, Math.max(0, kept.length - RETAINED));
  });
}

/** Spans end in bursts of a chunk, with a turn of the event loop after each: what they wake takes place in between. */
async function onEndTail(
  make: Make,
  calls: number,
  processor: SpanProcessor,
  betweenChunks: () => void = () => {},
): Promise<number> {
  const times: number[] = [];
  let timed = false;
  const tracer = tracerFor({
    ...SILENT,
    onEnd(span) {
      if (!timed) return processor.onEnd(span);
      const start = performance.now();
      processor.onEnd(span);
      times.push(performance.now() - start);
    },
  });
  for (let i = 0; i < RETAINED + calls; i++) {
    timed = i >= RETAINED;
    endOne(tracer, make, i);
    if (i % CHUNK !== CHUNK - 1) continue;
    await new Promise(setImmediate);
    betweenChunks();
  }
  await processor.shutdown();
  return quantile(times, 0.999) * 1_000;
}

/**
 * Nanoseconds per span in a store that has just become full, and in one that so many spans went through since.
 * The two take turns.
 */
export function growth(make: Make, spans: number): { young: number; old: number } {
  const variants = [0, spans].map((age): Variant => {
    const source = new ChunkedSource(make, KEEPERS.columns());
    source.run(RETAINED + age);
    return { name: `after ${age} spans`, run: (count) => source.run(count) };
  });
  const [young, old] = alternate(variants, 40, 50 * CHUNK);
  return { young: young!.median, old: old!.median };
}

function tailMicros(count: number, run: () => void): number {
  const times = Array.from({ length: count }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return quantile(times, 0.999) * 1_000;
}

function quantile(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))]!;
}

/** The median of several measurements, which take turns. */
async function medians(count: number, measures: (() => number | Promise<number>)[]): Promise<number[]> {
  const measured = measures.map((): number[] => []);
  for (let i = 0; i < count; i++) {
    for (const [which, measure] of measures.entries()) measured[which]!.push(await measure());
  }
  return measured.map((values) => quantile(values, 0.5));
}

function print(what: string, own: number, other: number, unit: string, bar: number): void {
  const ratio = (own / other).toFixed(2);
  console.log(`${what}: ${own.toFixed(0)} ${unit} against ${other.toFixed(0)}, ratio ${ratio}, bar ${bar}`);
}

if (process.argv[1] === import.meta.filename) {
  for (const [kind, make] of Object.entries(SPANS)) {
    const bytes = retainedBytes(make);
    print(`${kind}, retained`, bytes.columns, bytes.references, 'bytes a span', kind === 'bare' ? 0.2 : 0.25);
    const { ratio, low, high } = runningTime(make, 16);
    console.log(`${kind}, running time: ratio ${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}), bar 0.75`);
    const [references, columns] = await medians(3, [
      () => chunkTail(make, 'references', 4_000),
      () => chunkTail(make, 'columns', 4_000),
    ]);
    print(`${kind}, p99.9 of chunks of 256`, columns!, references!, 'us', 0.5);
    const [exporter, store] = await medians(3, [
      () => onEndTailOfExporter(make, 100_000),
      () => onEndTailOfStore(make, 100_000),
    ]);
    print(`${kind}, p99.9 of onEnd against InMemorySpanExporter`, store!, exporter!, 'us', 1);
  }
  const spans = process.argv.includes('--long') ? 10_000_000 : 1_000_000;
  const { young, old } = growth(SPANS['with attributes']!, spans);
  print(`time after ${spans} spans`, old, young, 'ns a span', 1.1);
}
