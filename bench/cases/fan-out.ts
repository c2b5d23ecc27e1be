import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { differences } from '../measure/statistics.js';
import { arrayByHand } from './by-hand.js';
import { onEndAndDelivery } from './ended-spans.js';
import { cachePipeline, NO_PIPELINE } from './sdk.js';

const SUBSCRIBERS = 16;

export const fanOut: BenchCase = {
  name: 'fan-out',
  rows: [
    {
      id: 'fan-out',
      what: `\`onEnd\`, driver and delivery, ${SUBSCRIBERS} callbacks subscribed`,
      against: 'the same with one callback',
      unit: 'ns',
      bar: { limit: 1.5 },
      byHand: `push to an array; at 256 read the span contexts, hand it to ${SUBSCRIBERS} functions`,
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(SUBSCRIBERS), cachePipeline(1), arrayByHand(SUBSCRIBERS), NO_PIPELINE];
    const [many, one, byHand, none] = await alternate(pipelines.map(onEndAndDelivery), { count: 60_000, millis });
    return {
      samples: {
        'fan-out': {
          ours: differences(many!, none!),
          theirs: differences(one!, none!),
          byHand: differences(byHand!, none!),
        },
      },
    };
  },
};
