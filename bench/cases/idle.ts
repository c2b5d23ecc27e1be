import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { onEndAlone } from './ended-spans.js';
import { batchPipeline, cachePipeline, NO_PIPELINE } from './sdk.js';
import { wholeSpans } from './whole-spans.js';

export const idle: BenchCase = {
  name: 'idle',
  rows: [
    {
      id: 'idle-onend',
      what: '`onEnd` alone, nobody subscribed',
      against: '`onEnd` of `BatchSpanProcessor`, its exports left out',
      unit: 'ns',
      bar: { limit: 0.2 },
      byHand: 'a no-op processor',
    },
    {
      id: 'idle-whole-span',
      what: 'whole span, nobody subscribed',
      against: 'whole span, no-op processor',
      unit: 'ns',
      bar: { limit: 1, withinSpread: true },
      byHand: 'another no-op processor',
    },
  ],
  guarded: true,
  processes: 3,
  timeShare: 2,
  async measure(millis) {
    const hooks = [cachePipeline(0), batchPipeline(), NO_PIPELINE];
    const [ours, theirs, none] = await alternate(hooks.map(onEndAlone), { count: 30_000, millis: millis / 2 });
    const whole = [cachePipeline(0), NO_PIPELINE, { ...NO_PIPELINE }];
    const [span, bare, again] = await alternate(whole.map(wholeSpans), { count: 6_000, millis: millis / 2 });
    return {
      samples: {
        'idle-onend': { ours: ours!, theirs: theirs!, byHand: none! },
        'idle-whole-span': { ours: span!, theirs: bare!, byHand: again! },
      },
    };
  },
};
