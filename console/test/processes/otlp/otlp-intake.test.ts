import { expect } from 'chai';
import type { OrphanEvent, ReadableSpan } from 'otel-span-cache';
import sinon, { type SinonFakeTimers } from 'sinon';
import { rulesOf } from '../../../src/host/masking.js';
import { Redaction } from '../../../src/host/redaction.js';
import { OtlpIntake } from '../../../src/processes/otlp/otlp-intake.js';
import { logsBody, spansBody } from './requests.js';

/** Captured before any clock is fake. */
const realTimeout = setTimeout;

const TRACE_ID = 'ab'.repeat(16);
const SERVICE = [{ key: 'service.name', value: { stringValue: 'billing' } }];

describe('OtlpIntake', () => {
  let shown: { spans: ReadableSpan[]; orphans: OrphanEvent[] };
  let intake: OtlpIntake;
  let clock: SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
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

  afterEach(async () => {
    await intake.close();
    clock.restore();
  });

  function takeSpan(spanId: string, now: number): void {
    const spans = [{ traceId: TRACE_ID, spanId, name: 'charge', startTimeUnixNano: '1', endTimeUnixNano: '2' }];
    intake.take('traces', 'application/json', spansBody(spans, SERVICE), now);
  }

  function takeLog(spanId: string, now: number): void {
    const records = [{ traceId: TRACE_ID, spanId, body: { stringValue: 'charging' } }];
    intake.take('logs', 'application/json', logsBody(records, SERVICE), now);
  }

  async function passedOn(): Promise<void> {
    for (let wait = 0; wait < 200 && shown.spans.length === 0; wait++) await driverTurns();
    expect(shown.spans).to.have.length(1);
  }

  const idsOf = (spans: readonly ReadableSpan[]) => spans.map((span) => span.spanContext().spanId);
  const eventsOf = (spans: readonly ReadableSpan[]) => spans.map(({ events }) => events.map(({ name }) => name));
  const FIRST = '01'.repeat(8);
  const SECOND = '02'.repeat(8);
  const THIRD = '03'.repeat(8);

  it('holds the spans of a new process for 2 s', async () => {
    takeSpan(FIRST, 0);
    await driverTurns();
    await clock.tickAsync(1_900);
    await driverTurns();
    expect(shown.spans).to.have.length(0);

    await clock.tickAsync(700);
    await passedOn();
  });

  it('attaches the first log record of a new process to a span that came less than 2 s before it', async () => {
    takeSpan(FIRST, 0);
    await driverTurns();
    await clock.tickAsync(1_900);
    takeLog(FIRST, 1_900);
    await driverTurns();
    await clock.tickAsync(700);
    await passedOn();

    expect(eventsOf(shown.spans)).to.deep.equal([['charging']]);
    expect(shown.orphans).to.deep.equal([]);
  });

  it('shows the first log record of a process at once, as late, if its span was held and passed on', async () => {
    takeSpan(FIRST, 0);
    await driverTurns();
    await clock.tickAsync(2_600);
    await passedOn();

    takeLog(FIRST, 4_000);

    expect(shown.orphans.map(({ reason, spanContext }) => [reason, spanContext?.spanId])).to.deep.equal([
      ['late', FIRST],
    ]);
  });

  it('passes on spans at once when a process has sent no log record for 10 s', () => {
    takeSpan(FIRST, 0);
    takeSpan(SECOND, 10_000);

    expect(idsOf(shown.spans)).to.deep.equal([SECOND]);
  });

  it('shows a log record at once, as late, whose span was passed on at once', async () => {
    takeSpan(FIRST, 0);
    takeSpan(SECOND, 10_000);
    takeLog(SECOND, 60_000);

    expect(shown.orphans.map(({ body, reason, spanContext }) => [body, reason, spanContext?.spanId])).to.deep.equal([
      ['charging', 'late', SECOND],
    ]);
    await intake.close();
    expect(shown.orphans).to.have.length(1);
  });

  it('holds spans again once their process sends log records', async () => {
    takeSpan(FIRST, 0);
    takeLog(SECOND, 60_000);
    takeSpan(THIRD, 60_001);
    await driverTurns();
    expect(shown.spans).to.have.length(0);

    takeSpan(SECOND, 60_002);
    takeLog(THIRD, 60_003);
    await intake.close();

    expect(eventsOf(shown.spans)).to.deep.equal([[], ['charging'], ['charging']]);
  });
});

/** Has the cache move what it has queued, by timers that no clock fakes. Spans that are not held are passed on then. */
function driverTurns(): Promise<void> {
  return new Promise((resolve) => realTimeout(resolve, 50));
}
