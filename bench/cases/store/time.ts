import type { BenchCase, Samples } from '../../case.js';
import { alternate, type Variant } from '../../measure/alternate.js';
import {
  bare,
  ChunkedSource,
  references,
  REFERENCES,
  RETAINED,
  store,
  withAttributes,
  type MakeSpan,
} from './keepers.js';

export const storeTime: BenchCase = {
  name: 'store-time',
  rows: [
    {
      id: 'store-time',
      what: 'whole span, made and put into a store of 100,000 that is full',
      against: REFERENCES,
      unit: 'ns',
      bar: { limit: 0.75 },
    },
    {
      id: 'store-time-attributes',
      what: 'the same with four attributes',
      against: REFERENCES,
      unit: 'ns',
      bar: { limit: 0.75 },
    },
  ],
  guarded: false,
  processes: 1,
  timeShare: 4,
  async measure(millis) {
    return {
      samples: {
        'store-time': await compare(bare, millis / 2),
        'store-time-attributes': await compare(withAttributes, millis / 2),
      },
    };
  },
};

/**
 * Keeps only one keeper alive at a time, because the spans of the other one would slow down garbage collection. After
 * that one is collected, all spans are replaced once before the measurement. Otherwise V8 would grow the young
 * generation during most of the measurement, and no evicted spans would be collected in it.
 */
async function compare(make: MakeSpan, millis: number): Promise<Samples> {
  let source: ChunkedSource | undefined;
  const variants = [store, references].map((keeper): Variant => ({
    prepare() {
      source = new ChunkedSource(make, keeper());
      source.run(RETAINED);
      gc!();
      source.run(RETAINED);
    },
    run: (count) => source!.run(count),
  }));
  const [ours, theirs] = await alternate(variants, { count: RETAINED, millis });
  return { ours: ours!, theirs: theirs! };
}
