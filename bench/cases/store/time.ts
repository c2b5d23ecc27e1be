import type { BenchCase, Samples } from '../../case.js';
import { alternate, type Variant } from '../../measure/alternate.js';
import { bare, ChunkedSource, references, RETAINED, store, withAttributes, type MakeSpan } from './keepers.js';

const AGAINST = 'a ring of references to the SDK\'s spans, as `InMemorySpanExporter` keeps';

export const storeTime: BenchCase = {
  name: 'store-time',
  rows: [
    {
      id: 'store-time',
      what: 'whole span, made and put into a store of 100,000 that is full',
      against: AGAINST,
      unit: 'ns',
      bar: { limit: 0.75 },
    },
    {
      id: 'store-time-attributes',
      what: 'the same with four attributes',
      against: AGAINST,
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

/** Only one keeper is alive at a time: what the other one holds would cost it time in the garbage collector. */
async function compare(make: MakeSpan, millis: number): Promise<Samples> {
  let source: ChunkedSource | undefined;
  const variants = [store, references].map(
    (keeper): Variant => ({
      prepare() {
        source = new ChunkedSource(make, keeper());
        source.run(RETAINED);
        gc!();
      },
      run: (count) => source!.run(count),
    }),
  );
  const [ours, theirs] = await alternate(variants, { count: RETAINED / 2, millis });
  return { ours: ours!, theirs: theirs! };
}
