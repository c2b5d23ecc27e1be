import { ROOT_CONTEXT, type Attributes, type Tracer } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SpanStoreSubscription } from '../../../src/cache/store/span-store.js';
import { NO_PIPELINE, tracerOf } from '../sdk.js';

/** Spans that are kept. */
export const RETAINED = 100_000;

/** Spans that are handed over at a time, as the driver does. */
export const CHUNK = 256;

/** Keeps the newest spans it is given. */
export interface Keeper {
  deliverSpans(spans: readonly ReadableSpan[]): void;
}

export type MakeKeeper = () => Keeper;

/** Nothing gives way for its size. */
const LIMITS = { capacity: RETAINED, maxBytes: 2 ** 30 };

export const store: MakeKeeper = () => new SpanStoreSubscription(LIMITS, () => {}, () => {});

/** The same of references to the SDK's spans, which is what `InMemorySpanExporter` keeps. */
export const references: MakeKeeper = () => new ReferenceRing();

/** What that is called in the table. */
export const REFERENCES = 'a ring of references to the SDK\'s spans, as `InMemorySpanExporter` keeps';

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

/** Makes the name and the attributes of a service's i-th span. */
export type MakeSpan = (i: number) => { name: string; attributes?: Attributes };

export const bare: MakeSpan = () => ({ name: 'span' });

export const withAttributes: MakeSpan = (i) => ({
  name: 'POST /orders',
  attributes: {
    'http.request.method': 'POST',
    'http.route': '/orders',
    'http.response.status_code': i % 10 === 0 ? 500 : 201,
    'order.total': i + 0.5,
  },
});

/** Makes spans with the SDK and hands them on in chunks. */
export class ChunkedSource {
  readonly keeper: Keeper;
  readonly #tracer: Tracer;
  readonly #make: MakeSpan;
  #chunk: ReadableSpan[] = [];
  #made = 0;

  constructor(make: MakeSpan, keeper: Keeper) {
    this.keeper = keeper;
    this.#make = make;
    this.#tracer = tracerOf({ ...NO_PIPELINE.spanProcessor, onEnd: (span) => void this.#chunk.push(span) });
  }

  runChunk(): void {
    for (let i = 0; i < CHUNK; i++) endOne(this.#tracer, this.#make, this.#made++);
    this.keeper.deliverSpans(this.#chunk);
    this.#chunk = [];
  }

  run(count: number): void {
    for (let i = 0; i < count; i += CHUNK) this.runChunk();
  }
}

export function endOne(tracer: Tracer, make: MakeSpan, i: number): void {
  const { name, attributes = {} } = make(i);
  tracer.startSpan(name, { attributes }, ROOT_CONTEXT).end();
}
