import { ROOT_CONTEXT, type Attributes, type Tracer } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SpanStoreSubscription } from '../../../src/cache/store/span-store.js';
import { NO_PIPELINE, tracerOf } from '../sdk.js';

/** Number of spans that are kept. */
export const RETAINED = 100_000;

/** Number of spans passed at a time, as by the driver. */
export const CHUNK = 256;

/** Keeps the newest spans. */
export interface Keeper {
  deliverSpans(spans: readonly ReadableSpan[]): void;
}

export type MakeKeeper = () => Keeper;

/** Unlimited bytes, so that no span is evicted for its size. */
const LIMITS = { capacity: RETAINED, maxBytes: 2 ** 30 };

export const store: MakeKeeper = () =>
  new SpanStoreSubscription(
    LIMITS,
    () => {},
    () => {},
  );

/** Keeps references to the SDK's spans, as `InMemorySpanExporter` does. */
export const references: MakeKeeper = () => new ReferenceRing();

/** Its description in the table. */
export const REFERENCES = "a ring of references to the SDK's spans, as `InMemorySpanExporter` keeps";

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

/** Returns the name and the attributes of the i-th span of a service. */
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

/** Creates spans with the SDK and passes them on in chunks. */
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
