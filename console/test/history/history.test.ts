import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { History } from '../../src/history/history.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { spanRow, traceRow } from '../model/rows.js';

/** A trace of so many spans, with ids that ascend from call to call. */
function trace(spans: number, { traceId = 'a', bytes = 1_000, start = 0 } = {}): TraceRow {
  return traceRow(Array.from({ length: spans }, () => spanRow({ traceId, bytes, start })));
}

describe('History', () => {
  it('gives the newest first, also from before a row', () => {
    const history = new History();
    const [a, b, c] = [trace(1), trace(1), trace(1)] as const;
    for (const each of [a, b, c]) history.add(each, 0);

    expect([...history.newestFirst()]).to.deep.equal([c, b, a]);
    expect([...history.newestFirst(c.id)]).to.deep.equal([b, a]);
    expect([...history.newestFirst(a.id)]).to.deep.equal([]);
  });

  it('finds a trace by its row and by its trace id', () => {
    const history = new History();
    const [first, other, second] = [trace(1), trace(2, { traceId: 'b' }), trace(1)] as const;
    history.add(first, 10);
    history.add(other, 20);
    history.add(second, 30);

    expect(history.get(other.id)).to.equal(other);
    expect(history.arrivedAt(second.id)).to.equal(30);
    expect(history.get(second.id + 1)).to.equal(undefined);
    expect(history.partsOf('a')).to.deep.equal([first, second]);
    expect(history.partsOf('c')).to.deep.equal([]);
  });

  it('evicts whole traces, the oldest first, and remembers when and why', () => {
    const history = new History({ maxSpans: 5 });
    history.add(trace(3, { traceId: 'a' }), 1);
    history.add(trace(2, { traceId: 'b' }), 2);

    history.add(trace(1, { traceId: 'c' }), 3);

    expect(history.stats()).to.include({ spans: 3, traces: 2, evicted: 3 });
    expect(history.goneOf('a')).to.deep.equal({ at: 3, reason: 'spans' });
    expect(history.goneOf('b')).to.equal(undefined);
    expect(history.goneOf('never seen')).to.equal(undefined);
  });

  it('evicts by bytes', () => {
    const history = new History({ maxBytes: 10_000 });
    history.add(trace(6, { traceId: 'a' }), 1);

    history.add(trace(6, { traceId: 'b' }), 2);

    expect(history.goneOf('a')).to.deep.equal({ at: 2, reason: 'bytes' });
    expect(history.stats().bytes).to.equal(6_400);
  });

  it('keeps a later part of a trace whose first part was evicted', () => {
    const history = new History({ maxSpans: 2 });
    history.add(trace(1), 1);
    const later = trace(2);

    history.add(later, 2);

    expect(history.partsOf('a')).to.deep.equal([later]);
    expect(history.goneOf('a')).to.equal(undefined);
  });

  it('keeps the start of a trace that is larger than the bound, as not complete', () => {
    const history = new History({ maxSpans: 10 });
    const large = trace(25);

    history.add(large, 1);

    const kept = history.get(large.id)!;
    expect(kept).to.include({ complete: false, traceId: 'a' });
    expect(kept.spans).to.deep.equal(large.spans.slice(0, 10));
    expect(history.stats()).to.include({ spans: 10, evicted: 15 });
  });

  it('releases a trace none of whose spans fits', () => {
    const history = new History({ maxBytes: 1_000 });

    history.add(trace(2, { bytes: 5_000 }), 7);

    expect(history.stats()).to.include({ spans: 0, traces: 0, evicted: 2 });
    expect(history.goneOf('a')).to.deep.equal({ at: 7, reason: 'bytes' });
  });

  it('gives the earliest start of the traces that are kept', () => {
    const history = new History({ maxSpans: 2 });
    for (const start of [5, 3, 9]) history.add(trace(1, { traceId: `t${start}`, start }), 0);
    expect(history.stats().since).to.equal(3);

    history.add(trace(1, { start: 7 }), 0);

    expect(history.stats().since).to.equal(7);
  });

  it('reports the cleared traces, and remembers them', () => {
    const history = new History();
    history.add(trace(3), 1);

    expect(history.clear(9)).to.deep.equal({ spans: 3, traces: 1 });

    expect(history.stats()).to.include({ spans: 0, bytes: 0, traces: 0, evicted: 0, since: undefined });
    expect(history.goneOf('a')).to.deep.equal({ at: 9, reason: 'cleared' });
    expect([...history.newestFirst()]).to.deep.equal([]);
  });

  it('remembers the last 10,000 traces that it released', () => {
    const history = new History({ maxSpans: 1 });

    for (let i = 0; i <= 10_001; i++) history.add(trace(1, { traceId: `t${i}` }), i);

    expect(history.goneOf('t0')).to.equal(undefined);
    expect(history.goneOf('t1')).to.deep.equal({ at: 2, reason: 'spans' });
  });

  it('may change while it is read', () => {
    const history = new History({ maxSpans: 4 });
    const rows = Array.from({ length: 4 }, () => trace(1));
    for (const row of rows) history.add(row, 0);
    const seen: TraceRow[] = [];

    for (const row of history.newestFirst()) {
      seen.push(row);
      history.add(trace(1), 0);
    }

    expect(seen).to.deep.equal([rows[3], rows[2]]);
  });

  it('may be cleared while it is read', () => {
    const history = new History();
    for (let i = 0; i < 3; i++) history.add(trace(1), 0);

    for (const _ of history.newestFirst()) history.clear(0);

    expect(history.stats().spans).to.equal(0);
  });

  it('stays within its bounds and counts right after any sequence', () => {
    const size = fc.record({ spans: fc.integer({ min: 1, max: 30 }), bytes: fc.integer({ min: 1, max: 3_000 }) });
    const step = fc.record({
      size,
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      start: fc.nat(50),
      clears: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const history = new History({ maxSpans: 50, maxBytes: 40_000 });
        let [added, cleared] = [0, 0];
        for (const [now, step] of steps.entries()) {
          const { spans, bytes } = step.size;
          history.add(trace(spans, { traceId: step.id, bytes, start: step.start }), now);
          added += spans;
          if (step.clears === 0) cleared += history.clear(now).spans;

          const kept = [...history.newestFirst()];
          const stats = history.stats();
          expect(stats.spans).to.be.at.most(50);
          expect(stats.bytes).to.be.at.most(40_000);
          expect(stats.spans + stats.evicted + cleared).to.equal(added);
          expect(stats.spans).to.equal(kept.reduce((sum, { spans }) => sum + spans.length, 0));
          expect(stats.since ?? Infinity).to.equal(Math.min(...kept.map(({ start }) => start)));
          for (const id of ['a', 'b', 'c', 'd']) {
            const parts = kept.filter(({ traceId }) => traceId === id);
            expect(history.partsOf(id)).to.deep.equal(parts.toReversed());
            if (parts.length > 0) expect(history.goneOf(id)).to.equal(undefined);
          }
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it('adds and evicts in constant time', () => {
    const history = new History({ maxSpans: 5_000 });
    const row = spanRow();

    for (let id = 1; id <= 100_000; id++) history.add(traceRow([row], { id, traceId: `t${id}` }), id);

    expect(history.stats()).to.include({ spans: 5_000, evicted: 95_000 });
    expect(history.get(95_001)?.id).to.equal(95_001);
    expect(history.get(95_000)).to.equal(undefined);
  });
});
