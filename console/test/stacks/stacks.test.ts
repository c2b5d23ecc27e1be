import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import type { StackRow } from '../../src/api/schemas.js';
import { stackRow, time as timeSchema } from '../../src/api/schemas.js';
import { stateOf } from '../../src/http/live/view-state.js';
import { Stacks } from '../../src/stacks/stacks.js';
import { NOON, type Sketch, newTraceId, partOf, traceOf } from './traces.js';

type Example = { traceId: string; uses: number; isGone: boolean };

const ALL = { from: NOON - 60_000, to: NOON + 60_000 };

/** Rows as text: name, calls and time, indented by depth. */
function outline(rows: readonly StackRow[]): string[] {
  return rows.map(({ depth, name, calls, total }) => `${'  '.repeat(depth)}${name} ×${calls} ${total}`);
}

function only(rows: readonly StackRow[], name: string): StackRow {
  const found = rows.filter((row) => row.name === name);
  expect(found, name).to.have.lengthOf(1);
  return found[0]!;
}

const ORDER: Sketch = {
  name: 'GET /orders',
  kind: 1,
  duration: 100,
  children: [
    { name: 'query', kind: 2, at: 10, duration: 20 },
    { name: 'query', kind: 2, at: 40, duration: 30, status: 2 },
    { name: 'render', at: 80, duration: 10, children: [{ name: 'query', kind: 2, at: 82, duration: 5 }] },
  ],
};

describe('Stacks', () => {
  describe('rows', () => {
    it('has a row per call path, in the order of the tree', () => {
      const stacks = new Stacks();
      stacks.add(traceOf(ORDER), NOON);
      stacks.add(traceOf(ORDER), NOON);

      const rows = stacks.rows(ALL);

      expect(outline(rows)).to.deep.equal([
        'GET /orders ×2 200',
        '  query ×4 100',
        '  render ×2 20',
        '    query ×2 10',
      ]);
      expect(rows.map(({ kind }) => kind)).to.deep.equal(['server', 'client', 'internal', 'client']);
      for (const row of rows) stackRow.parse(row);
    });

    it('has the figures of each path', () => {
      const stacks = new Stacks({ since: NOON - 60_000 });
      stacks.add(traceOf(ORDER), NOON);

      const rows = stacks.rows({ from: NOON - 9_000, to: NOON + 1_000 });

      const root = only(rows, 'GET /orders');
      expect(root).to.include({ calls: 1, perSecond: 0.1, errors: 0, total: 100, self: 40, max: 100, share: 1 });
      expect(root.p99).to.be.within(98.4, 100);
      expect(root.selfP95).to.be.within(39.3, 40.7);
      expect(rows[1]).to.include({ calls: 2, errors: 1, total: 50, self: 50, max: 30, share: 0.5 });
      expect(rows[1]!.p50).to.be.within(19.6, 20.4);
    });

    it('distinguishes paths by name, kind and scope', () => {
      const stacks = new Stacks();
      for (const sketch of [{ name: 'a' }, { name: 'a', kind: 2 }, { name: 'a', scope: 'pg' }, { name: 'a' }]) {
        stacks.add(traceOf(sketch), NOON);
      }

      expect(stacks.rows(ALL).map(({ calls }) => calls)).to.have.members([2, 1, 1]);
      expect(new Set(stacks.rows(ALL).map(({ id }) => id)).size).to.equal(3);
    });

    it('begins a path anew at a span whose parent is remote', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'remote child', parentSpanId: 'f'.repeat(16), parentIsRemote: true }), NOON);

      expect(only(stacks.rows(ALL), 'remote child')).to.include({ parent: null, share: 1 });
    });

    it('never has negative self times, for any parallel children', () => {
      const stacks = new Stacks();
      const child = { name: 'fetch', at: 0, duration: 100 };
      stacks.add(traceOf({ name: 'Promise.all', duration: 100, children: [child, child, child] }), NOON);
      const long = { name: 'fetch', at: 10, duration: 60 };
      stacks.add(traceOf({ name: 'Promise.all', duration: 100, children: [long, long, long] }), NOON);

      const row = only(stacks.rows(ALL), 'Promise.all');

      expect(row).to.include({ total: 200, self: 40 });
      expect(row.selfP95).to.be.within(39.3, 40.7);
    });

    for (const children of [1, 1_100, 50_000]) {
      it(`counts a trace of ${children} children whole`, () => {
        const stacks = new Stacks();
        const sketch = {
          name: 'parent',
          duration: children,
          children: Array.from({ length: children }, (_, at) => ({ name: 'child', at, duration: 0.5 })),
        };

        stacks.add(traceOf(sketch), NOON);

        expect(outline(stacks.rows(ALL))).to.deep.equal([
          `parent ×1 ${children}`,
          `  child ×${children} ${children / 2}`,
        ]);
        expect(only(stacks.rows(ALL), 'parent').self).to.be.closeTo(children / 2, children * 1e-3);
      });
    }

    it('keeps the ids of rows from answer to answer', () => {
      const stacks = new Stacks();
      stacks.add(traceOf(ORDER), NOON);
      const before = stacks.rows(ALL).map(({ id }) => id);
      stacks.add(traceOf(ORDER), NOON + 5_000);
      stacks.add(traceOf({ name: 'other', duration: 10_000 }), NOON + 5_000);

      expect(stacks.rows(ALL).map(({ id }) => id)).to.include.members(before);
    });

    it('has a sparkline that adds up to the calls', () => {
      const stacks = new Stacks();
      for (let i = 0; i < 60; i++) stacks.add(traceOf({ name: 'a' }, NOON + i * 1_000), NOON + i * 1_000);

      const { spark, calls } = only(stacks.rows({ from: NOON, to: NOON + 60_000 }), 'a');

      expect(calls).to.equal(60);
      expect(spark).to.deep.equal(new Array(30).fill(2));
    });

    it('has no row for a path without calls in the window, except above one that has some', () => {
      const stacks = new Stacks();
      const parent = traceOf({ name: 'parent', duration: 5_000 }, NOON);
      stacks.add(parent, NOON + 5_000);
      stacks.add(traceOf({ name: 'elsewhere' }, NOON), NOON);
      const { spanId: parentSpanId } = parent.root;
      stacks.add(traceOf({ name: 'child', parentSpanId }, NOON + 20_000, parent.traceId), NOON + 20_000);

      expect(outline(stacks.rows({ from: NOON + 15_000, to: NOON + 30_000 }))).to.deep.equal([
        'parent ×0 0',
        '  child ×1 10',
      ]);
    });
  });

  describe('a late part of a trace', () => {
    const traceId = newTraceId();
    const parent = traceOf({ name: 'parent' }, NOON, traceId);
    const { spanId: parentSpanId } = parent.root;
    const late = (start: number) => traceOf({ name: 'late', parentSpanId }, start, traceId);

    it('finds the node of its parent for ten minutes', () => {
      const stacks = new Stacks();
      stacks.add(parent, NOON);

      stacks.add(late(NOON + 590_000), NOON + 590_000);

      expect(outline(stacks.rows({ from: NOON, to: NOON + 700_000 }))).to.deep.equal(['parent ×1 10', '  late ×1 10']);
    });

    it('has a node of its own after that', () => {
      const stacks = new Stacks();
      stacks.add(parent, NOON);

      stacks.add(late(NOON + 605_000), NOON + 605_000);

      expect(outline(stacks.rows({ from: NOON, to: NOON + 700_000 }))).to.deep.equal(['parent ×1 10', 'late ×1 10']);
    });

    it('does not find a span of another trace with the id of its parent', () => {
      const stacks = new Stacks();
      stacks.add(parent, NOON);

      stacks.add(traceOf({ name: 'stranger', parentSpanId }, NOON), NOON);

      expect(only(stacks.rows(ALL), 'stranger')).to.include({ parent: null, calls: 1 });
    });

    it('is no root: it has no share in the time of roots', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'root', duration: 100 }), NOON);
      stacks.add(traceOf({ name: 'lost child', duration: 50, parentSpanId: 'f'.repeat(16) }), NOON);

      expect(only(stacks.rows(ALL), 'root').share).to.equal(1);
      expect(only(stacks.rows(ALL), 'lost child').share).to.equal(0.5);
    });
  });

  describe('windows', () => {
    it('show no calls two seconds after the last', () => {
      const stacks = new Stacks();
      const last = NOON + 900;
      stacks.add(traceOf({ name: 'a' }, last), last);

      const now = last + 2_000;

      expect(stacks.rows({ from: now - 1_000, to: now })).to.deep.equal([]);
      expect(stacks.rows({ from: now - 1_999, to: now })).to.deep.equal([]);
      expect(stacks.rows({ from: now - 5_000, to: now })).to.have.lengthOf(1);
    });

    it('that began before the console did have the rate since it did, and their sparkline starts there', () => {
      const stacks = new Stacks({ since: NOON });
      for (let at = 0; at < 10_000; at += 500) stacks.add(traceOf({ name: 'a' }, NOON + at), NOON + at);

      for (const from of [NOON - 300_000, NOON]) {
        const { perSecond, spark } = only(stacks.rows({ from, to: NOON + 10_000 }), 'a');
        expect(perSecond).to.equal(2);
        expect(spark.slice(0, 4)).to.deep.equal([2, 0, 0, 2]);
      }
    });

    it('of less than a second have the rate of a second', () => {
      const stacks = new Stacks({ since: NOON });
      stacks.add(traceOf({ name: 'a' }), NOON + 1);

      expect(only(stacks.rows({ from: NOON - 300_000, to: NOON + 2 }), 'a').perSecond).to.equal(1);
    });

    it('that began before everything was cleared have the rate since then', () => {
      const stacks = new Stacks({ since: NOON });
      stacks.clear(NOON + 100_000);
      for (let i = 0; i < 5; i++) stacks.add(traceOf({ name: 'a' }, NOON + 102_000), NOON + 102_000);
      const window = { from: NOON - 300_000, to: NOON + 105_000 };

      expect(only(stacks.rows(window), 'a').perSecond).to.equal(1);
      const trace = traceOf({ name: 'a' }, NOON + 102_000);
      stacks.add(trace, NOON + 102_000);
      expect(
        only(
          stacks.rowsOf([trace], window, () => true),
          'a',
        ).perSecond,
      ).to.equal(0.2);
    });

    it('without an end have no rate', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);

      expect(only(stacks.rows({ from: 0, to: Infinity }), 'a')).to.include({ calls: 1, perSecond: 0 });
    });

    it('that follow each other count each call once', () => {
      const stacks = new Stacks();
      for (let i = 0; i < 500; i++) stacks.add(traceOf({ name: 'a' }, NOON + i * 37), NOON + i * 37);

      let calls = 0;
      for (let from = NOON - 1_000; from < NOON + 20_000; from += 333) {
        for (const row of stacks.rows({ from, to: from + 333 })) calls += row.calls;
      }

      expect(calls).to.equal(500);
    });
  });

  describe('a span that ended far from its arrival', () => {
    const OFF = [3_600_000, 86_400_000, 50 * 365 * 86_400_000];
    const FAR = OFF.flatMap((off) => [off, -off]);

    it('is late: it counts in the totals, and in no slot', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a', duration: 0 }), NOON);
      const spans = FAR.map((off) => traceOf({ name: 'a', duration: 0 }, NOON + off));
      for (const trace of spans) stacks.add(trace, NOON);

      const row = only(stacks.rows({ from: 0, to: Infinity }), 'a');

      expect(row.calls).to.equal(1);
      expect(stacks.stats().late).to.equal(FAR.length);
      expect(stacks.figuresOf(row.id)!.calls).to.equal(1 + FAR.length);
    });

    it('takes no memory, however many there are, and leaves the axis alone', () => {
      const stacks = new Stacks();
      for (const off of FAR) stacks.add(traceOf({ name: 'a' }, NOON + off * 1.01), NOON);
      const { bytes } = stacks.stats();

      for (let i = 0; i < 20_000; i++) stacks.add(traceOf({ name: 'a' }, NOON + FAR[i % FAR.length]! * 1.01), NOON + i);

      expect(stacks.stats().bytes).to.equal(bytes);
      const { slots, slotMillis } = stacks.time({ from: NOON - 60_000, to: NOON });
      expect(slotMillis * slots.length).to.equal(60_000);
    });

    it('is late too if it is no number', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a', duration: 5 }, NaN), NOON);
      stacks.add(traceOf({ name: 'a', duration: Infinity }, NOON), NOON);
      stacks.add(traceOf({ name: 'a', duration: NaN }, NOON), NOON);

      expect(stacks.stats().late).to.equal(3);
      expect(stacks.rows(ALL)).to.deep.equal([]);
    });
  });

  describe('when its clock is set back', () => {
    it('counts calls at the latest time of the clock', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);
      stacks.add(traceOf({ name: 'a' }), NOON - 30_000);

      expect(only(stacks.rows({ from: NOON, to: NOON + 1 }), 'a').calls).to.equal(2);
    });

    it('counts calls as late if it is set back by an hour or more', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);
      const old = traceOf({ name: 'a' }, NOON - 3_600_000);
      stacks.add(old, NOON - 3_600_000);

      expect(only(stacks.rows({ from: 0, to: Infinity }), 'a').calls).to.equal(1);
      expect(stacks.rowsOf([old], { from: 0, to: Infinity }, () => true)).to.deep.equal([]);
      expect(stacks.stats().late).to.equal(1);
    });

    it('ignores a time that is no number', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);
      stacks.add(traceOf({ name: 'a' }), NaN);

      expect(only(stacks.rows(ALL), 'a').calls).to.equal(2);
    });
  });

  describe('marks', () => {
    const call = (stacks: Stacks, at: number, duration: number) =>
      stacks.add(traceOf({ name: 'a', duration }, at), at + duration);

    it('compare with as long a time before the mark as came after it', () => {
      const stacks = new Stacks();
      call(stacks, NOON - 60_000, 9_000);
      for (let i = 0; i < 10; i++) call(stacks, NOON - 9_500 + i * 900, 100);
      stacks.mark('fix', NOON);
      for (let i = 0; i < 5; i++) call(stacks, NOON + i * 900, 10);

      const row = only(stacks.rows({ from: NOON - 300_000, to: NOON + 10_000 }, 'fix'), 'a');

      expect(row).to.include({ calls: 5, perSecond: 0.5, total: 50 });
      expect(row.before).to.include({ calls: 10, perSecond: 1, total: 1_000, max: 100 });
    });

    it('compare with everything since the previous mark if there is one', () => {
      const stacks = new Stacks();
      call(stacks, NOON - 30_000, 500);
      stacks.mark('start', NOON - 20_000);
      call(stacks, NOON - 19_000, 100);
      stacks.mark('fix', NOON);
      call(stacks, NOON + 100, 10);

      const row = only(stacks.rows({ from: NOON - 300_000, to: NOON + 1_000 }, 'fix'), 'a');

      expect(row.total).to.equal(10);
      expect(row.before).to.include({ calls: 1, perSecond: 0.05, total: 100 });
    });

    it('leave out calls before the previous mark, even within a millisecond', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a', duration: 1 }), NOON);
      stacks.mark('start', NOON);
      stacks.add(traceOf({ name: 'a', duration: 2 }), NOON);
      stacks.mark('fix', NOON + 10);

      expect(only(stacks.rows(ALL, 'fix'), 'a').before!.total).to.equal(2);
    });

    it('divide calls exactly, even within a millisecond, and still after an hour', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a', duration: 1 }), NOON);
      stacks.mark('fix', NOON);
      stacks.add(traceOf({ name: 'a', duration: 2 }), NOON);
      for (let at = NOON; at < NOON + 8_000_000; at += 5_000) stacks.add(traceOf({ name: 'tick' }, at), at);

      const row = only(stacks.rows({ from: NOON - 1_000, to: NOON + 8_000_000 }, 'fix'), 'a');

      expect(row.total).to.equal(2);
      expect(row.before!.total).to.equal(1);
    });

    it('keep rows that came before the mark alone', () => {
      const stacks = new Stacks();
      call(stacks, NOON - 1_000, 100);
      stacks.mark('fix', NOON);

      const row = only(stacks.rows({ from: NOON - 10_000, to: NOON + 10_000 }, 'fix'), 'a');

      expect(row.calls).to.equal(0);
      expect(row.before!.calls).to.equal(1);
    });

    it('are at most 100, and the same name marks anew', () => {
      const stacks = new Stacks();
      for (let i = 0; i < 150; i++) stacks.mark(`m${i}`, NOON + i);
      stacks.mark('m149', NOON + 1_000);

      expect(stacks.marks()).to.have.lengthOf(100);
      expect(stacks.marks()[0]).to.deep.equal({ name: 'm50', at: NOON + 50 });
      expect(stacks.marks().at(-1)).to.deep.equal({ name: 'm149', at: NOON + 1_000 });
    });

    it('of an unknown name compare with nothing', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);

      expect(only(stacks.rows(ALL, 'unknown'), 'a').before).to.equal(null);
    });
  });

  describe('examples', () => {
    it('are the newest, the slowest and the newest failed call', () => {
      const stacks = new Stacks();
      const slow = traceOf({ name: 'a', duration: 900 });
      const failed = traceOf({ name: 'a', duration: 10, status: 2 });
      const newest = traceOf({ name: 'a', duration: 20 });
      for (const [i, trace] of [slow, failed, newest].entries()) stacks.add(trace, NOON + i);

      expect(only(stacks.rows(ALL), 'a').examples).to.deep.equal({
        newest: newest.traceId,
        slowest: slow.traceId,
        newestError: failed.traceId,
      });
    });

    it('keep the slowest of an octave when faster ones follow', () => {
      const stacks = new Stacks();
      const all = [17, 19, 18].map((duration) => traceOf({ name: 'a', duration }));
      for (const trace of all) stacks.add(trace, NOON);

      const { slowest, newest } = only(stacks.rows(ALL), 'a').examples;

      expect({ slowest, newest }).to.deep.equal({ slowest: all[1]!.traceId, newest: all[2]!.traceId });
    });

    it('are from the window if it has some', () => {
      const stacks = new Stacks();
      const old = traceOf({ name: 'a', duration: 900 });
      const recent = traceOf({ name: 'a', duration: 20 }, NOON + 20_000);
      stacks.add(old, NOON);
      stacks.add(recent, NOON + 20_000);

      const { examples } = only(stacks.rows({ from: NOON + 10_000, to: NOON + 30_000 }), 'a');

      expect(examples).to.deep.equal({ newest: recent.traceId, slowest: recent.traceId, newestError: null });
    });

    const example = (traceId: string): Example => ({ traceId, uses: 0, isGone: false });
    const addTo = (stacks: Stacks, trace: Example, sketch: Partial<Sketch>) =>
      stacks.add(traceOf({ name: 'a', ...sketch }), NOON, trace);

    it('leave out traces that are gone, for the next example of the same kind', () => {
      const stacks = new Stacks();
      const [slow, failed, fast] = ['slow', 'failed', 'fast'].map(example) as [Example, Example, Example];
      addTo(stacks, slow, { duration: 900, status: 2 });
      addTo(stacks, failed, { duration: 90, status: 2 });
      addTo(stacks, fast, { duration: 9 });
      const shown = () => only(stacks.rows(ALL), 'a').examples;
      expect(shown()).to.deep.equal({ newest: 'slow', slowest: 'slow', newestError: 'slow' });

      slow.isGone = true;
      expect(shown()).to.deep.equal({ newest: 'failed', slowest: 'failed', newestError: 'failed' });
      failed.isGone = true;
      expect(shown()).to.deep.equal({ newest: 'fast', slowest: 'fast', newestError: null });
      fast.isGone = true;
      expect(shown()).to.deep.equal({ newest: null, slowest: null, newestError: null });
    });

    it('replace a slowest trace that is seen to be gone by the next slower ones', () => {
      const stacks = new Stacks();
      const [gone, faster, newest] = ['gone', 'faster', 'newest'].map(example) as [Example, Example, Example];
      const shown = () => only(stacks.rows(ALL), 'a').examples.slowest;
      addTo(stacks, gone, { duration: 19 });
      gone.isGone = true;
      expect(shown()).to.equal(null);

      addTo(stacks, faster, { duration: 18 });
      addTo(stacks, newest, { duration: 17 });

      expect(shown()).to.equal('faster');
    });

    it('use a trace while they may be shown for a window up to now', () => {
      const stacks = new Stacks();
      const names = ['fast', 'slow', 'faster', 'fastest'];
      const [fast, slow, faster, fastest] = names.map(example) as [Example, Example, Example, Example];
      const all = [fast, slow, faster, fastest];
      const uses = () => all.map((trace) => trace.uses);
      addTo(stacks, fast, { duration: 9, status: 2 });
      expect(uses()).to.deep.equal([3, 0, 0, 0]);

      addTo(stacks, slow, { duration: 900 });
      expect(uses()).to.deep.equal([1, 2, 0, 0]);
      addTo(stacks, faster, { duration: 8.5 });
      expect(uses()).to.deep.equal([1, 2, 1, 0]);
      addTo(stacks, fastest, { duration: 8.1, status: 2 });
      expect(uses()).to.deep.equal([0, 2, 0, 2]);
    });

    it('count the spans of a trace that is the example of several stacks', () => {
      const stacks = new Stacks();
      const trace = example('a');

      addTo(stacks, trace, { duration: 19, status: 2, children: [{ name: 'b' }, { name: 'b' }] });

      expect(trace.uses).to.equal(5);
    });

    it('use exactly the traces that they show for some window up to now', () => {
      const call = fc.record({ duration: fc.integer({ min: 1, max: 100 }), fails: fc.boolean() });
      fc.assert(
        fc.property(fc.array(call, { minLength: 1, maxLength: 30 }), (calls) => {
          const stacks = new Stacks();
          const traces = calls.map((_, i) => example(`${i}`));
          for (const [i, { duration, fails }] of calls.entries()) {
            const at = NOON + i * 1_000;
            stacks.add(traceOf({ name: 'a', duration, status: fails ? 2 : 0 }, at), at, traces[i]);
          }
          const end = NOON + calls.length * 1_000;
          const shown = calls.flatMap((_, i) =>
            Object.values(only(stacks.rows({ from: NOON + i * 1_000, to: end }), 'a').examples),
          );

          const used = traces.filter(({ uses }) => uses > 0).map(({ traceId }) => traceId);
          expect(used).to.have.members([...new Set(shown)].filter((id) => id !== null));
        }),
        { numRuns: runs(200) },
      );
    });

    it('of a folded stack are no uses any more', () => {
      const stacks = new Stacks({ maxNodes: 2 });
      const [first, second] = ['first', 'second'].map(example) as [Example, Example];
      addTo(stacks, first, { name: 'a', status: 2 });
      addTo(stacks, second, { name: 'b', children: [{ name: 'c' }] });

      expect(only(stacks.rows(ALL), '(others)').calls).to.equal(1);
      expect([first, second].map(({ uses }) => uses)).to.deep.equal([0, 4]);
    });
  });

  describe('N+1', () => {
    const query = (at: number, statement: string) => ({
      name: 'query',
      at,
      duration: 1,
      attributes: { 'db.query.text': statement },
    });
    const isNPlusOne = (children: Sketch[]) => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'list', duration: 100, children }), NOON);
      return only(stacks.rows(ALL), 'query').nPlusOne;
    };

    it('is reported for five calls of one statement shape, one after the other', () => {
      expect(isNPlusOne([1, 2, 3, 4, 5].map((i) => query(i * 2, `SELECT * FROM t WHERE id = ${i}`)))).to.equal(true);
    });

    it('is reported for two alternating statements', () => {
      const both = [1, 2, 3, 4, 5].flatMap((i) => [
        query(i * 4, `SELECT a WHERE i = ${i}`),
        query(i * 4 + 2, 'SELECT b'),
      ]);

      expect(isNPlusOne(both)).to.equal(true);
    });

    it('is reported for fast calls whose starts are at whole milliseconds', () => {
      // Each seems to start before the end of the one before.
      const children = [0, 0, 1, 1, 2, 2].map((at) => ({ ...query(at, 'SELECT 1'), duration: 0.4 }));

      expect(isNPlusOne(children)).to.equal(true);
    });

    it('is reported for the same calls as in the trace, with any parents', () => {
      const item = (at: number) => ({ name: 'item', at, duration: 4, children: [query(at + 1, `SELECT ${at}`)] });

      expect(isNPlusOne([0, 5, 10, 15, 20].map(item))).to.equal(true);
      expect(isNPlusOne([0, 0, 0, 0, 0].map(item))).to.equal(false);
    });

    it('is not reported for calls in different traces', () => {
      const stacks = new Stacks();
      for (let i = 0; i < 10; i++) stacks.add(traceOf({ name: 'list', children: [query(1, 'SELECT 1')] }), NOON + i);

      expect(only(stacks.rows(ALL), 'query').nPlusOne).to.equal(false);
    });

    it('is not reported for four calls, parallel calls, and different statements', () => {
      expect(isNPlusOne([1, 2, 3, 4].map((i) => query(i * 2, 'SELECT 1')))).to.equal(false);
      expect(isNPlusOne([1, 2, 3, 4, 5, 6].map(() => query(0, 'SELECT 1')))).to.equal(false);
      expect(isNPlusOne(['a', 'b', 'c', 'd', 'e', 'f'].map((t, i) => query(i * 2, `SELECT ${t}`)))).to.equal(false);
    });
  });

  describe('of one span', () => {
    it('has its stack, and the share of calls that took no longer', () => {
      const stacks = new Stacks();
      const traces = Array.from({ length: 100 }, (_, i) => traceOf({ name: 'a', duration: (i + 1) * 10 }));
      for (const trace of traces) stacks.add(trace, NOON);

      const [row] = stacks.rows(ALL);

      expect(stacks.stackOf(traces[0]!.root)).to.equal(row!.id);
      expect(stacks.percentileOf(traces[0]!.root)).to.equal(0.01);
      expect(stacks.percentileOf(traces[49]!.root)).to.be.closeTo(0.5, 0.02);
      expect(stacks.percentileOf(traces[99]!.root)).to.equal(1);
    });

    it('is undefined for an unseen span', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);
      const { root } = traceOf({ name: 'a' });

      expect(stacks.stackOf(root)).to.equal(undefined);
      expect(stacks.percentileOf(root)).to.equal(undefined);
      expect(stacks.figuresOf(12_345)).to.equal(undefined);
    });

    it('still has the stack of the oldest of 100,000 spans', () => {
      const stacks = new Stacks();
      const first = traceOf({ name: 'first' });
      stacks.add(first, NOON);
      const filler = { name: 'b', children: Array.from({ length: 999 }, () => ({ name: 'c' })) };
      for (let i = 0; i < 100; i++) stacks.add(traceOf(filler), NOON);

      expect(stacks.stackOf(first.root)).to.equal(only(stacks.rows(ALL), 'first').id);
    });
  });

  describe('time', () => {
    it('has a slot per second of the window, with or without calls', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a', duration: 10, status: 2 }, NOON), NOON);
      stacks.add(traceOf({ name: 'a', duration: 1_000 }, NOON), NOON);

      const map = stacks.time({ from: NOON - 2_000, to: NOON + 60_000 });

      expect(map.slotMillis).to.equal(1_000);
      expect(map.slots.map(({ at }) => at)).to.deep.equal(
        Array.from({ length: 62 }, (_, i) => NOON - 2_000 + i * 1_000),
      );
      expect(map.slots.map(({ calls }) => calls).slice(0, 4)).to.deep.equal([0, 0, 2, 0]);
      const { cells, errors } = map.slots[2]!;
      expect(errors).to.equal(1);
      expect(cells.map(([index, ...counts]) => [map.cells[index], map.cells[index + 1], ...counts])).to.deep.equal([
        [10, 12, 1, 1],
        [896, 1_024, 1, 0],
      ]);
      timeSchema.omit({ coverage: true, partial: true }).parse(map);
    });

    it('runs on while nothing comes', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);

      const later = NOON + 86_400_000;
      const { slots } = stacks.time({ from: later - 60_000, to: later });

      expect(slots).to.have.lengthOf(60);
      expect(slots.at(-1)).to.deep.equal({ at: later - 1_000, calls: 0, errors: 0, p50: 0, p95: 0, p99: 0, cells: [] });
    });

    it('is of local roots, or of one stack', () => {
      const stacks = new Stacks();
      stacks.add(traceOf(ORDER), NOON);
      const query = stacks.rows(ALL)[1]!;
      const callsOf = (stack?: number) => stacks.time(ALL, stack).slots.reduce((sum, { calls }) => sum + calls, 0);

      expect(callsOf()).to.equal(1);
      expect(callsOf(query.id)).to.equal(2);
      expect(callsOf(99_999)).to.equal(0);
    });

    it('has at most some 720 slots, however long the window is', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);
      const windows = [
        { from: NOON - 3_600_000, to: NOON },
        { from: NOON - 43_200_000, to: NOON },
        { from: 0, to: NOON },
        { from: -Infinity, to: Infinity },
        { from: 0, to: Number.MAX_SAFE_INTEGER },
      ];

      for (const window of windows) expect(stacks.time(window).slots.length).to.be.within(1, 722);
      expect(stacks.time({ from: NOON, to: NOON - 1 }).slots).to.deep.equal([]);
    });

    /** A window of this length up to now, now included. */
    const upTo = (now: number, millis: number) => ({ from: now - millis, to: now + 1 });

    it('has slots of 1 s for 5 minutes, of 10 s for an hour, and of 1 minute for 12 hours', () => {
      const stacks = new Stacks();
      const now = NOON + 123.456;
      stacks.add(traceOf({ name: 'a' }), now);
      const shapeOf = (millis: number) => {
        const { slotMillis, slots } = stacks.time(upTo(now, millis));
        return [slotMillis, slots.length];
      };

      expect([300_000, 3_600_000, 43_200_000].map(shapeOf)).to.deep.equal([
        [1_000, 301],
        [10_000, 361],
        [60_000, 721],
      ]);
      expect([300_001, 3_600_001, 43_200_001].map(shapeOf).map(([millis]) => millis)).to.deep.equal([
        10_000, 60_000, 120_000,
      ]);
    });

    it('counts each call in its slot once, up to both ends of the window', () => {
      const gap = fc.record({ millis: fc.double({ min: 0.5, max: 60_000, noNaN: true }), calls: fc.nat(2) });
      const gaps = fc.array(gap, { minLength: 1_500, maxLength: 1_600, size: 'max' });
      fc.assert(
        fc.property(gaps, fc.double({ min: 0, max: 20_000, noNaN: true }), (gaps, silence) => {
          const stacks = new Stacks();
          const times: number[] = [];
          let at = NOON;
          for (const { millis, calls } of gaps) {
            at += millis;
            for (let call = 0; call < calls; call++) {
              times.push(at);
              stacks.add(traceOf({ name: 'a' }, at), at);
            }
          }
          const now = at + silence;
          for (const millis of [60_000, 300_000, 3_600_000, 43_200_000]) {
            const window = upTo(now, millis);
            const { slotMillis, slots } = stacks.time(window);
            const callsOf = ({ at: start }: { at: number }) =>
              times.filter((time) => time >= start && time < start + slotMillis).length;

            const [first, ...others] = slots;
            for (const slot of others) expect(slot.calls, `${millis}: ${slot.at}`).to.equal(callsOf(slot));
            // The first slot begins before the window. It counts whole seconds or minutes.
            expect(first!.calls).to.be.at.most(callsOf(first!));
          }
        }),
        { numRuns: runs(10) },
      );
    });

    it('has slots of twice the length if they do not fit into a frame, with all calls', () => {
      const stacks = new Stacks();
      const end = NOON + 43_200_000;
      let calls = 0;
      for (let at = NOON; at < end; at += 60_000) {
        for (let cell = 0; cell < 40; cell++, calls++) {
          const duration = (1.1 + (cell % 4) / 4) * 2 ** Math.floor(cell / 4);
          stacks.add(traceOf({ name: 'a', duration, status: cell % 2 }, at), at);
        }
      }

      const map = stacks.time(upTo(end - 1, 43_200_000));

      expect(map.slotMillis).to.equal(120_000);
      expect(map.slots.reduce((sum, { calls: each }) => sum + each, 0)).to.equal(calls);
      expect(map.slots[1]!.cells).to.have.lengthOf(40);
      expect(stateOf('time', map).cut).to.equal(0);
    });

    it('has longer slots for older times', () => {
      const stacks = new Stacks();
      const end = NOON + 20_000_000;
      for (let at = NOON; at < end; at += 5_000) stacks.add(traceOf({ name: 'a' }, at), at);
      const slotMillisAt = (from: number) => stacks.time({ from, to: from + 60_000 }).slotMillis;

      expect([end - 60_000, end - 600_000, NOON].map(slotMillisAt)).to.deep.equal([1_000, 10_000, 60_000]);
      expect(stacks.time({ from: NOON, to: end }).slots.reduce((sum, { calls }) => sum + calls, 0)).to.equal(4_000);
    });
  });

  describe('clear', () => {
    it('forgets everything, and uses no id again', () => {
      const stacks = new Stacks();
      const trace = traceOf(ORDER);
      stacks.add(trace, NOON);
      stacks.mark('m', NOON);
      const before = stacks.rows(ALL).map(({ id }) => id);

      stacks.clear(NOON);

      expect(stacks.rows(ALL)).to.deep.equal([]);
      expect(stacks.marks()).to.deep.equal([]);
      expect(stacks.stackOf(trace.root)).to.equal(undefined);
      expect(stacks.stats()).to.deep.equal({
        nodes: 0,
        maxNodes: 2_000,
        folded: 0,
        late: 0,
        dropped: 0,
        cells: 0,
        bytes: 0,
        maxBytes: 32 * 2 ** 20,
      });
      stacks.add(trace, NOON);
      expect(stacks.rows(ALL).map(({ id }) => id)).to.not.include.members(before);
    });

    it('keeps counting in the slot that was being filled', () => {
      const stacks = new Stacks();
      stacks.add(traceOf({ name: 'a' }), NOON);
      stacks.clear(NOON);
      stacks.add(traceOf({ name: 'a' }), NOON);

      expect(only(stacks.rows(ALL), 'a').calls).to.equal(1);
    });
  });

  it('counts spans of a part in any order of their parents', () => {
    const stacks = new Stacks();
    const { spans, traceId } = traceOf(ORDER);

    stacks.add({ ...partOf([...spans], traceId), spans: spans.toReversed() }, NOON);

    expect(stacks.rows(ALL).reduce((sum, { calls }) => sum + calls, 0)).to.equal(5);
  });
});
