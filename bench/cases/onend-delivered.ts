import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { differences } from '../measure/statistics.js';
import { arrayByHand } from './by-hand.js';
import { onEndAndDelivery } from './ended-spans.js';
import { batchPipeline, cachePipeline, NO_PIPELINE } from './sdk.js';

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
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), batchPipeline(), arrayByHand(), NO_PIPELINE];
    const [ours, theirs, byHand, none] = await alternate(pipelines.map(onEndAndDelivery), { count: 60_000, millis });
    return {
      samples: {
        'onend-delivered': {
          ours: differences(ours!, none!),
          theirs: differences(theirs!, none!),
          byHand: differences(byHand!, none!),
        },
      },
    };
  },
};
