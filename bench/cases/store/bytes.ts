import type { BenchCase, Samples } from '../../case.js';
import {
  bare,
  ChunkedSource,
  references,
  REFERENCES,
  RETAINED,
  store,
  withAttributes,
  type MakeKeeper,
  type MakeSpan,
} from './keepers.js';

const TURNS = 2;

export const storeBytes: BenchCase = {
  name: 'store-bytes',
  rows: [
    {
      id: 'store-bytes',
      what: 'memory of a span in a store of 100,000',
      against: REFERENCES,
      unit: 'B',
      bar: { limit: 0.2 },
    },
    {
      id: 'store-bytes-attributes',
      what: 'memory of a span with four attributes in a store of 100,000',
      against: REFERENCES,
      unit: 'B',
      bar: { limit: 0.25 },
    },
  ],
  guarded: true,
  processes: 1,
  measure: async () => ({
    samples: {
      'store-bytes': compare(bare),
      'store-bytes-attributes': compare(withAttributes),
    },
  }),
};

/** Measures in turn, although the results hardly vary. */
function compare(make: MakeSpan): Samples {
  const turns = Array.from(
    { length: TURNS },
    () => [bytesPerSpan(make, store), bytesPerSpan(make, references)] as const,
  );
  return { ours: turns.map(([ours]) => ours), theirs: turns.map(([, theirs]) => theirs) };
}

/** Bytes in use, in the JavaScript heap and outside of it. */
function bytesPerSpan(make: MakeSpan, keeper: MakeKeeper): number {
  const source = new ChunkedSource(make, keeper());
  const before = memoryInUse();
  source.run(RETAINED);
  const bytes = (memoryInUse() - before) / RETAINED;
  // Keeps it alive until here.
  source.keeper.deliverSpans([]);
  return bytes;
}

function memoryInUse(): number {
  for (let i = 0; i < 3; i++) gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
