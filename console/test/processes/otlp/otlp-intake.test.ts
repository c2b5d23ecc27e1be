import { expect } from 'chai';
import type { OrphanEvent, ReadableSpan } from 'otel-span-cache';
import { rulesOf } from '../../../src/host/masking.js';
import { Redaction } from '../../../src/host/redaction.js';
import { OtlpIntake } from '../../../src/processes/otlp/otlp-intake.js';

const TRACE_ID = 'ab'.repeat(16);
const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'billing' } }] };

describe('OtlpIntake', () => {
  let shown: { spans: ReadableSpan[]; orphans: OrphanEvent[] };
  let intake: OtlpIntake;

  beforeEach(() => {
    shown = { spans: [], orphans: [] };
    const target = {
      add: (process: object) => ({ ...process, id: 1 }) as never,
      end: () => {},
      accept: (_process: object, { spans, orphans }: typeof shown) => {
        shown.spans.push(...spans);
        shown.orphans.push(...orphans);
      },
      countLoss: (kind: string, count: number) => expect(count, kind).to.equal(0),
    };
    intake = new OtlpIntake(target as never, new Redaction(rulesOf(undefined)));
  });

  function takeSpan(spanId: string, now: number): void {
    const spans = [{ traceId: TRACE_ID, spanId, name: 'charge', startTimeUnixNano: '1', endTimeUnixNano: '2' }];
    intake.take(
      'traces',
      'application/json',
      jsonOf({ resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ spans }] }] }),
      now,
    );
  }

  function takeLog(spanId: string, now: number): void {
    const logRecords = [{ traceId: TRACE_ID, spanId, body: { stringValue: 'charging' } }];
    intake.take(
      'logs',
      'application/json',
      jsonOf({ resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ logRecords }] }] }),
      now,
    );
  }

  const eventsOf = (spans: readonly ReadableSpan[]) => spans.map(({ events }) => events.map(({ name }) => name));

  it('attaches the first log record of a new process to a span that came before it', async () => {
    takeSpan('01'.repeat(8), 0);
    takeLog('01'.repeat(8), 9_999);
    await intake.close();

    expect(eventsOf(shown.spans)).to.deep.equal([['charging']]);
    expect(shown.orphans).to.deep.equal([]);
  });

  it('passes on spans at once when a process has sent no log record for 10 s', async () => {
    takeSpan('01'.repeat(8), 0);
    expect(shown.spans).to.have.length(0);

    takeSpan('02'.repeat(8), 10_000);
    expect(shown.spans.map((span) => span.spanContext().spanId)).to.deep.equal(['02'.repeat(8)]);

    await intake.close();
    expect(shown.spans).to.have.length(2);
  });

  it('shows a log record on its own, at once, whose span was passed on before', async () => {
    takeSpan('01'.repeat(8), 0);
    takeSpan('02'.repeat(8), 10_000);
    takeLog('02'.repeat(8), 60_000);

    expect(shown.orphans.map(({ body, spanContext }) => [body, spanContext?.spanId])).to.deep.equal([
      ['charging', '02'.repeat(8)],
    ]);
    await intake.close();
    expect(shown.orphans).to.have.length(1);
  });

  it('holds the spans of a process that sends log records', async () => {
    takeSpan('01'.repeat(8), 0);
    takeLog('02'.repeat(8), 60_000);
    takeSpan('03'.repeat(8), 60_001);
    expect(shown.spans.map((span) => span.spanContext().spanId)).to.not.include('03'.repeat(8));

    takeSpan('02'.repeat(8), 60_002);
    takeLog('03'.repeat(8), 60_003);
    await intake.close();

    expect(eventsOf(shown.spans)).to.deep.equal([[], ['charging'], ['charging']]);
  });
});

function jsonOf(request: object): Buffer {
  return Buffer.from(JSON.stringify(request));
}
