import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { differences } from '../measure/statistics.js';
import { inMemoryPipeline } from './in-memory.js';
import { cachePipeline, NO_PIPELINE, type Pipeline } from './sdk.js';
import { spansWithLogs } from './spans-with-logs.js';

const LOGS_PER_SPAN = 16;

export const logEvent: BenchCase = {
  name: 'log-event',
  rows: [
    {
      id: 'log-event',
      what: `log event, emitted and merged, ${LOGS_PER_SPAN} on a span`,
      against: '`SimpleLogRecordProcessor` and `InMemoryLogRecordExporter`, nothing merged',
      unit: 'ns',
      bar: { limit: 0.5 },
      byHand: 'no-op processors: the SDK alone',
    },
    {
      id: 'log-event-extra',
      what: 'the same, above no-op processors',
      against: '`SimpleLogRecordProcessor` and `InMemoryLogRecordExporter`, above no-op processors',
      unit: 'ns',
      bar: { limit: 0.5 },
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const variants = [cachePipeline(), logsInMemory(), NO_PIPELINE].map((each) => spansWithLogs(each, LOGS_PER_SPAN));
    const [ours, theirs, none] = await alternate(variants, { count: 8_192, millis });
    return {
      samples: {
        'log-event': { ours: ours!, theirs: theirs!, byHand: none! },
        'log-event-extra': { ours: differences(ours!, none!), theirs: differences(theirs!, none!) },
      },
    };
  },
};

/** The rival ignores spans, which makes it cheaper. */
function logsInMemory(): Pipeline {
  const read = (_: unknown, records: readonly ReadableLogRecord[]) => {
    if (records.length === 0) throw new Error('nothing was exported');
  };
  return { ...inMemoryPipeline(read), spanProcessor: NO_PIPELINE.spanProcessor };
}
