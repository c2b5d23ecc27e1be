import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { arrayByHand } from './by-hand.js';
import { onEndAlone } from './ended-spans.js';
import { batchPipeline, cachePipeline } from './sdk.js';

export const onEndSync: BenchCase = {
  name: 'onend-sync',
  rows: [
    {
      id: 'onend-sync',
      what: '`onEnd` alone, one callback subscribed',
      against: '`onEnd` of `BatchSpanProcessor`, its exports left out',
      unit: 'ns',
      bar: { limit: 0.45 },
      byHand: 'push to an array',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), batchPipeline(), arrayByHand(1, 512)];
    const [ours, theirs, byHand] = await alternate(pipelines.map(onEndAlone), { count: 30_000, millis });
    return { samples: { 'onend-sync': { ours: ours!, theirs: theirs!, byHand: byHand! } } };
  },
};
