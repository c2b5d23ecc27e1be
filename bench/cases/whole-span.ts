import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { arrayAndMapByHand, arrayByHand } from './by-hand.js';
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
      what: 'the same, with `logRecordProcessor` registered too, as the README does',
      against: 'the same with `BatchSpanProcessor` and a no-op exporter',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
      byHand: 'the same, the ids of the last 16,384 put into a `Map`',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), loggedCachePipeline(), batchPipeline(), arrayByHand(), arrayAndMapByHand()];
    const [ours, logged, theirs, byHand, mapByHand] = await alternate(pipelines.map(wholeSpans), {
      count: 6_000,
      millis,
    });
    return {
      samples: {
        'whole-span': { ours: ours!, theirs: theirs!, byHand: byHand! },
        'whole-span-logs': { ours: logged!, theirs: theirs!, byHand: mapByHand! },
      },
    };
  },
};
