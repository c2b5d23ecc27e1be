import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { cachePipeline } from './sdk.js';
import { wholeSpans } from './whole-spans.js';

export const openSpans: BenchCase = {
  name: 'open-spans',
  rows: [
    {
      id: 'open-spans',
      what: 'whole span with `trackOpenSpans`, delivered to one callback',
      against: 'the same without `trackOpenSpans`',
      unit: 'ns',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(1, { trackOpenSpans: true }), cachePipeline()];
    const [ours, theirs] = await alternate(pipelines.map(wholeSpans), { count: 6_000, millis });
    return { samples: { 'open-spans': { ours: ours!, theirs: theirs! } } };
  },
};
