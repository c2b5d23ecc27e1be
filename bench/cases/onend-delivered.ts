import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { differences } from '../measure/statistics.js';
import { arrayByHand } from './by-hand.js';
import { onEndAndDelivery } from './ended-spans.js';
import { batchPipeline, cachePipeline, loggedCachePipeline, NO_PIPELINE } from './sdk.js';

export const onEndDelivered: BenchCase = {
  name: 'onend-delivered',
  rows: [
    {
      id: 'onend-delivered',
      what: '`onEnd`, driver and delivery to one callback, above a no-op processor',
      against: '`BatchSpanProcessor` with its exports to a no-op exporter, above a no-op processor',
      unit: 'ns',
      bar: { limit: 0.55 },
      byHand: 'push to an array; at 256 read the span contexts, hand it over',
    },
    {
      id: 'onend-delivered-logs',
      what: 'the same, with `logRecordProcessor` registered too, as the README does',
      against: '`BatchSpanProcessor` with its exports to a no-op exporter, above a no-op processor',
      unit: 'ns',
      bar: { limit: 0.6 },
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), loggedCachePipeline(), batchPipeline(), arrayByHand(), NO_PIPELINE];
    const times = await alternate(pipelines.map(onEndAndDelivery), { count: 60_000, millis });
    const [ours, logged, theirs, byHand] = times.map((each) => differences(each, times.at(-1)!));
    return {
      samples: {
        'onend-delivered': { ours: ours!, theirs: theirs!, byHand: byHand! },
        'onend-delivered-logs': { ours: logged!, theirs: theirs! },
      },
    };
  },
};
