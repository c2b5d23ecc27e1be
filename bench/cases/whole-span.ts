import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { arrayByHand } from './by-hand.js';
import { batchPipeline, cachePipeline, loggedCachePipeline } from './sdk.js';
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
    {
      id: 'whole-span-logs',
      what: 'the same, with `logRecordProcessor` registered too: each span\'s ids are read and remembered',
      against: 'the same with `BatchSpanProcessor` and a no-op exporter',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), loggedCachePipeline(), batchPipeline(), arrayByHand()];
    const [ours, logged, theirs, byHand] = await alternate(pipelines.map(wholeSpans), { count: 6_000, millis });
    return {
      samples: {
        'whole-span': { ours: ours!, theirs: theirs!, byHand: byHand! },
        'whole-span-logs': { ours: logged!, theirs: theirs! },
      },
    };
  },
};
