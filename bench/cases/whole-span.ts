import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { arrayByHand } from './by-hand.js';
import { batchPipeline, cachePipeline } from './sdk.js';
import { wholeSpans } from './whole-spans.js';

export const wholeSpan: BenchCase = {
  name: 'whole-span',
  rows: [
    {
      id: 'whole-span',
      what: 'whole span: started, ended, delivered to one callback',
      against: 'the same with `BatchSpanProcessor` and a no-op exporter',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
      byHand: 'push to an array; at 256 read the span contexts, hand it over',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), batchPipeline(), arrayByHand()];
    const [ours, theirs, byHand] = await alternate(pipelines.map(wholeSpans), { count: 6_000, millis });
    return { samples: { 'whole-span': { ours: ours!, theirs: theirs!, byHand: byHand! } } };
  },
};
