import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { BenchCase } from '../../case.js';
import { alternate, type Variant } from '../../measure/alternate.js';
import { CHUNK, ChunkedSource, RETAINED, store, withAttributes } from './keepers.js';

/** Ten million spans in the usual time of two seconds; the short form stores a quarter of them. */
const SPANS_PER_MILLI = 5_000;

export const storeGrowth: BenchCase = {
  name: 'store-growth',
  rows: [
    {
      id: 'store-growth',
      what: 'whole span with attributes, put into a store of 100,000 that 10 million have gone through',
      against: 'a store that has just become full',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
    },
  ],
  guarded: false,
  processes: 1,
  async measure(millis) {
    const chunks = readyChunks();
    const variants = [millis * SPANS_PER_MILLI, 0].map((age): Variant => {
      const source = new ChunkedSource(withAttributes, store());
      for (let i = 0; i < age; i += CHUNK) source.keeper.deliverSpans(chunks[(i / CHUNK) % chunks.length]!);
      source.run(RETAINED);
      return { run: (count) => source.run(count) };
    });
    const [old, young] = await alternate(variants, { count: 50 * CHUNK, millis });
    return { samples: { 'store-growth': { ours: old!, theirs: young! } } };
  },
};

/** Number of spans that are reused, because creating ten million takes far longer than storing them. */
function readyChunks(): ReadableSpan[][] {
  const chunks: ReadableSpan[][] = [];
  const source = new ChunkedSource(withAttributes, { deliverSpans: (spans) => chunks.push([...spans]) });
  source.run(64 * CHUNK);
  return chunks;
}
