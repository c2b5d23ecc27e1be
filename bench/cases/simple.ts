import type { BenchCase } from '../case.js';
import { alternateAllocation, NO_SCAVENGES } from '../measure/allocation.js';
import { alternate } from '../measure/alternate.js';
import { differences } from '../measure/statistics.js';
import { inMemoryPipeline, storePipeline } from './in-memory.js';
import { cachePipeline, NO_PIPELINE } from './sdk.js';
import { wholeSpans } from './whole-spans.js';

const SPANS = 6_000;

const atLeastOne = (spans: readonly unknown[]) => {
  if (spans.length === 0) throw new Error('nothing was exported');
};

export const simple: BenchCase = {
  name: 'simple',
  rows: [
    {
      id: 'simple',
      what: 'whole span: started, ended, delivered to one callback',
      against: 'the same with `SimpleSpanProcessor` and `InMemorySpanExporter`',
      unit: 'ns',
      bar: { limit: 0.5 },
      byHand: 'a no-op processor',
    },
    {
      id: 'simple-store',
      what: 'whole span: started, ended, kept in a store and read',
      against: 'the same with `SimpleSpanProcessor` and `InMemorySpanExporter`',
      unit: 'ns',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), inMemoryPipeline(atLeastOne), storePipeline(SPANS), NO_PIPELINE];
    const [ours, theirs, store, none] = await alternate(pipelines.map(wholeSpans), { count: SPANS, millis });
    return {
      samples: {
        simple: { ours: ours!, theirs: theirs!, byHand: none! },
        'simple-store': { ours: store!, theirs: theirs! },
      },
    };
  },
};

export const simpleAllocation: BenchCase = {
  name: 'simple-allocation',
  rows: [
    {
      id: 'simple-allocation',
      what: 'allocated for a whole span, above a no-op processor',
      against: '`SimpleSpanProcessor` and `InMemorySpanExporter`, above a no-op processor',
      unit: 'B',
      bar: { limit: 0.1 },
    },
  ],
  guarded: true,
  processes: 1,
  v8Flags: NO_SCAVENGES,
  async measure(millis) {
    const pipelines = [cachePipeline(), inMemoryPipeline(atLeastOne), NO_PIPELINE];
    const [ours, theirs, none] = await alternateAllocation(pipelines.map(wholeSpans), { count: SPANS, millis });
    return {
      samples: {
        'simple-allocation': { ours: differences(ours!, none!), theirs: differences(theirs!, none!) },
      },
    };
  },
};
