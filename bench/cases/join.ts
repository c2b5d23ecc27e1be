import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { BenchCase } from '../case.js';
import { alternate } from '../measure/alternate.js';
import { inMemoryPipeline } from './in-memory.js';
import { cachePipeline, NO_PIPELINE } from './sdk.js';
import { spansWithLogs } from './spans-with-logs.js';

const LOGS_PER_SPAN = 4;

export const join: BenchCase = {
  name: 'join',
  rows: [
    {
      id: 'join',
      what: `span with ${LOGS_PER_SPAN} log events, merged and delivered`,
      against: 'both in-memory exporters, joined with a `Map` by hand',
      unit: 'ns',
      bar: { limit: 0.5 },
      byHand: 'no-op processors: the SDK alone',
    },
  ],
  guarded: true,
  processes: 3,
  async measure(millis) {
    const pipelines = [cachePipeline(), inMemoryPipeline(joinByMap), NO_PIPELINE];
    const perLog = await alternate(
      pipelines.map((pipeline) => spansWithLogs(pipeline, LOGS_PER_SPAN)),
      { count: 8_192, millis },
    );
    const [ours, theirs, none] = perLog.map((values) => values.map((nanos) => nanos * LOGS_PER_SPAN));
    return { samples: { join: { ours: ours!, theirs: theirs!, byHand: none! } } };
  },
};

/** As in a test: groups the records by the ids of their span, and adds them to its events. */
function joinByMap(spans: readonly ReadableSpan[], records: readonly ReadableLogRecord[]): void {
  const bySpan = new Map<string, ReadableLogRecord[]>();
  for (const record of records) {
    const key = `${record.spanContext?.traceId}:${record.spanContext?.spanId}`;
    const others = bySpan.get(key);
    if (others === undefined) bySpan.set(key, [record]);
    else others.push(record);
  }
  const joined = spans.map((span) => {
    const { traceId, spanId } = span.spanContext();
    const logged = (bySpan.get(`${traceId}:${spanId}`) ?? []).map(({ hrTime, body, attributes }) => {
      return { name: body as string, time: hrTime, attributes };
    });
    return { name: span.name, traceId, spanId, attributes: span.attributes, events: [...span.events, ...logged] };
  });
  if (joined.at(-1)?.events.length !== LOGS_PER_SPAN) throw new Error('the log records are not on their spans');
}
