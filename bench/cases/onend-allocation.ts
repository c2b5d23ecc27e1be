import type { BenchCase } from '../case.js';
import { alternateAllocation, NO_SCAVENGES } from '../measure/allocation.js';
import { differences } from '../measure/statistics.js';
import { onEndAndDelivery } from './ended-spans.js';
import { batchPipeline, cachePipeline, loggedCachePipeline, NO_PIPELINE } from './sdk.js';

export const onEndAllocation: BenchCase = {
  name: 'onend-allocation',
  rows: [
    {
      id: 'onend-allocation',
      what: 'allocated by `onEnd`, driver and delivery, above a no-op processor',
      against: '`BatchSpanProcessor` with its exports to a no-op exporter, above a no-op processor',
      unit: 'B',
      bar: { limit: 0.15 },
    },
    {
      id: 'onend-allocation-logs',
      what: 'the same, with `logRecordProcessor` registered too, as the README does',
      against: '`BatchSpanProcessor` with its exports to a no-op exporter, above a no-op processor',
      unit: 'B',
      bar: { limit: 0.15 },
    },
  ],
  guarded: true,
  processes: 1,
  v8Flags: NO_SCAVENGES,
  async measure(millis) {
    const pipelines = [cachePipeline(), loggedCachePipeline(), batchPipeline(), NO_PIPELINE];
    const [ours, logged, theirs, none] = await alternateAllocation(pipelines.map(onEndAndDelivery), {
      count: 30_000,
      millis,
    });
    return {
      samples: {
        'onend-allocation': { ours: differences(ours!, none!), theirs: differences(theirs!, none!) },
        'onend-allocation-logs': { ours: differences(logged!, none!), theirs: differences(theirs!, none!) },
      },
    };
  },
};
