import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { logLine } from '../../src/api/schemas.js';
import { Logs } from '../../src/logs/logs.js';
import type { LogRow } from '../../src/model/span-row.js';
import { exceptionEvent, logEvent, SHOP, spanRow, traceRow } from '../model/rows.js';

let orphans = 0;

function orphan(body: string, time: number): LogRow {
  const event = logEvent(body, { time });
  return { id: ++orphans, process: SHOP, time, event, traceId: undefined, spanId: undefined, reason: 'no_span' };
}

function first<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

describe('Logs', () => {
  it('makes a line of a log event, with its span and trace', () => {
    const span = spanRow({
      events: [exceptionEvent('E', 'x'), logEvent('sold', { time: 7, attributes: { item: 'tea' } })],
    });
    const trace = traceRow([span]);

    const [found, ...others] = new Logs().newestFirst([trace]);

    expect(others).to.deep.equal([]);
    expect(found).to.include({ span, trace });
    expect(logLine.parse(found!.line)).to.deep.equal({
      id: `${span.id}.1`,
      time: 7,
      severityNumber: 9,
      severity: 'INFO',
      body: 'sold',
      attributes: { item: 'tea' },
      span: 'span',
      traceId: span.traceId,
      spanId: span.spanId,
      service: 'shop',
      reason: null,
    });
  });

  it('makes a line of an orphan, with the reason', () => {
    const logs = new Logs();
    const log = orphan('out', 3);
    logs.addOrphan(log);

    const [found] = logs.newestFirst([]);

    expect(found!.log).to.equal(log);
    expect(logLine.parse(found!.line)).to.include({
      id: `orphan.${log.id}`,
      span: null,
      traceId: null,
      reason: 'no_span',
    });
  });

  it('names a severity by its number if it has no text', () => {
    const severities = [1, 8, 9, 13, 17, 24, undefined].map((severityNumber, index) =>
      logEvent('x', { time: -index, log: { severityNumber, severityText: undefined, body: 'x' } }),
    );
    const lines = [...new Logs().newestFirst([traceRow([spanRow({ events: severities })])])];

    expect(lines.map(({ line }) => line.severity)).to.deep.equal([
      'TRACE',
      'DEBUG',
      'INFO',
      'WARN',
      'ERROR',
      'FATAL',
      '',
    ]);
  });

  it('gives the events of all traces and the orphans by time, the newest first', () => {
    const times = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(fc.array(times, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
        times,
        (traces, alone) => {
          const logs = new Logs();
          for (const time of alone) logs.addOrphan(orphan('o', time));
          const rows = traces.map((spans) =>
            traceRow(spans.map((list) => spanRow({ events: list.map((time) => logEvent('e', { time })) }))),
          );

          const found = [...logs.newestFirst(rows)];

          expect(found.map(({ line }) => line.time)).to.deep.equal([...traces.flat(2), ...alone].sort((a, b) => b - a));
          expect(new Set(found.map(({ line }) => line.id)).size).to.equal(found.length);
        },
      ),
      { numRuns: runs(400) },
    );
  });

  it('looks only at the traces whose turn it is', () => {
    let sorted = 0;
    const rows = Array.from({ length: 20_000 }, (_, i) => {
      const row = traceRow([spanRow({ events: [logEvent('a', { time: i }), logEvent('b', { time: i + 0.5 })] })]);
      const spans = [...row.spans];
      spans.flatMap = ((...args: unknown[]) => {
        sorted++;
        return Reflect.apply(Array.prototype.flatMap, spans, args);
      }) as never;
      return { ...row, spans };
    });

    const lines = first(new Logs().newestFirst(rows), 100);

    expect(lines[99]!.line.time).to.equal(19_950);
    expect(sorted).to.be.within(50, 51);
  });

  it('may get records while it is read', () => {
    const logs = new Logs({ maxOrphans: 3 });
    for (const time of [1, 2, 3]) logs.addOrphan(orphan('x', time));
    const seen: number[] = [];

    for (const { line } of logs.newestFirst([])) {
      seen.push(line.time);
      logs.addOrphan(orphan('x', 9));
    }

    expect(seen).to.deep.equal([3, 2, 1]);
  });

  it('keeps so many orphans, and counts the ones that it evicted', () => {
    const logs = new Logs();

    for (let time = 0; time < 10_005; time++) logs.addOrphan(orphan('x', time));

    expect(logs.stats()).to.include({ orphans: 10_000, maxOrphans: 10_000, maxBytes: 16 * 2 ** 20, evicted: 5 });
    expect(logs.stats().bytes).to.be.within(1, 16 * 2 ** 20);
    const times = [...logs.newestFirst([])].map(({ line }) => line.time);
    expect([times[0], times.at(-1), times.length]).to.deep.equal([10_004, 5, 10_000]);
  });

  it('keeps so many bytes of orphans', () => {
    const logs = new Logs({ maxBytes: 100_000 });

    for (let time = 0; time < 100; time++) logs.addOrphan(orphan('x'.repeat(9_600), time));

    expect(logs.stats()).to.include({ orphans: 10, evicted: 90 });
  });

  it('forgets the orphans when it is cleared', () => {
    const logs = new Logs();
    logs.addOrphan(orphan('x', 1));

    logs.clear();

    expect([...logs.newestFirst([])]).to.deep.equal([]);
  });
});
