import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import type { StackRow } from '../../src/api/schemas.js';
import { Stacks } from '../../src/stacks/stacks.js';
import { NOON, type Sketch, newTraceId, traceOf } from './traces.js';

const EVER = { from: 0, to: Infinity };

interface Sums {
  calls: number;
  errors: number;
  total: number;
  self: number;
}

function sumsOf(rows: readonly StackRow[]): Sums {
  const sums = { calls: 0, errors: 0, total: 0, self: 0 };
  for (const { calls, errors, total, self } of rows) {
    sums.calls += calls;
    sums.errors += errors;
    sums.total += total;
    sums.self += self;
  }
  return sums;
}

const nameOf = (row: StackRow) => row.name;

describe('Stacks, at its bounds', () => {
  describe('more call paths than it may have', () => {
    it('fold into (others), the least used first', () => {
      const stacks = new Stacks({ maxNodes: 10 });
      for (let round = 0; round < 3; round++) {
        for (const name of ['a', 'b', 'c', 'd', 'e']) stacks.add(traceOf({ name }), NOON);
      }
      for (let i = 0; i < 100; i++) stacks.add(traceOf({ name: `once ${i}` }), NOON + i);

      const rows = stacks.rows(EVER);

      expect(rows.map(nameOf)).to.include.members(['a', 'b', 'c', 'd', 'e', '(others)', 'once 99']);
      expect(rows).to.have.lengthOf(11);
      expect(sumsOf(rows)).to.deep.equal({ calls: 115, errors: 0, total: 1_150, self: 1_150 });
      expect(stacks.stats()).to.include({ nodes: 10, maxNodes: 10, folded: 95 });
    });

    it('keep every call in the sums of every window (property)', () => {
      const call = fc.record({
        path: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
        duration: fc.integer({ min: 0, max: 10_000 }),
        failed: fc.boolean(),
        wait: fc.integer({ min: 0, max: 400_000 }),
      });
      fc.assert(
        fc.property(fc.array(call, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (calls, maxNodes) => {
          const stacks = new Stacks({ maxNodes });
          const expected = { calls: 0, errors: 0, total: 0, self: 0 };
          let now = NOON;
          for (const { path, duration, failed, wait } of calls) {
            now += wait;
            const status = failed ? 2 : 0;
            const sketch = path.reduceRight<Sketch | undefined>(
              (child, name) => ({ name: `n${name}`, duration, status, children: child === undefined ? [] : [child] }),
              undefined,
            )!;
            stacks.add(traceOf(sketch, now), now);
            expected.calls += path.length;
            expected.errors += failed ? path.length : 0;
            expected.total += duration * path.length;
            expected.self += duration;
            expect(stacks.stats().nodes).to.be.at.most(maxNodes);
          }

          expect(sumsOf(stacks.rows(EVER))).to.deep.equal(expected);
          const rows = stacks.rows(EVER);
          for (const row of rows) expect(rows.filter(({ id }) => id === row.id)).to.have.lengthOf(1);
          expect(rows.find(({ name }) => name === '(others)')?.calls ?? 0).to.equal(stacks.stats().folded);
        }),
        { numRuns: runs(200) },
      );
    });

    it('are bounded even within one trace', () => {
      const stacks = new Stacks({ maxNodes: 50 });
      const children = Array.from({ length: 5_000 }, (_, i) => ({ name: `child ${i}` }));

      stacks.add(traceOf({ name: 'root', children }), NOON);

      expect(stacks.stats()).to.include({ nodes: 50, folded: 4_951 });
      expect(sumsOf(stacks.rows(EVER)).calls).to.equal(5_001);
    });

    it('leave a folded path without a stack of its own: its late spans are in (others) too', () => {
      const stacks = new Stacks({ maxNodes: 2 });
      const traceId = newTraceId();
      const folded = traceOf({ name: 'folded' }, NOON, traceId);
      stacks.add(folded, NOON);
      for (let i = 0; i < 5; i++) for (const name of ['a', 'b']) stacks.add(traceOf({ name }), NOON);
      const { spanId: parentSpanId } = folded.root;
      stacks.add(traceOf({ name: 'late', parentSpanId }, NOON, traceId), NOON);

      const others = stacks.rows(EVER).find(({ name }) => name === '(others)')!;

      expect(stacks.stackOf(folded.root)).to.equal(others.id);
      expect(stacks.percentileOf(folded.root)).to.equal(undefined);
      expect(stacks.rows(EVER).map(nameOf)).to.not.include('late');
      expect(sumsOf(stacks.rows(EVER)).calls).to.equal(12);
    });

    for (const rare of [0, 1, 2]) {
      it(`come back as paths of their own, among others of the same name: ${rare}`, () => {
        const stacks = new Stacks({ maxNodes: 3 });
        const add = (kind: number, name = 'x') => stacks.add(traceOf({ name, kind }), NOON);
        for (const kind of [0, 1, 2]) for (let i = 0; i < (kind === rare ? 2 : 5); i++) add(kind);
        add(0, 'folds the rare one');
        for (const kind of [0, 1, 2]) add(kind);

        const calls = stacks.rows(EVER).map(({ name, calls }) => `${name} ${calls}`);

        expect(calls).to.have.members(['x 6', 'x 6', 'x 1', '(others) 3']);
      });
    }

    it('count under the first 256 characters of a longer name', () => {
      const stacks = new Stacks();
      for (const end of ['a', 'b']) stacks.add(traceOf({ name: 'x'.repeat(300) + end }), NOON);

      const rows = stacks.rows(EVER);

      expect(rows.map(({ name, calls }) => [name, calls])).to.deep.equal([['x'.repeat(256), 2]]);
    });

    it('stay cheap when every span has a name of its own', () => {
      const stacks = new Stacks();
      for (let i = 0; i < 20_000; i++) stacks.add(traceOf({ name: `GET /${i}` }, NOON + i), NOON + i);

      expect(stacks.stats().nodes).to.be.at.most(2_000);
      expect(stacks.stats().bytes).to.be.at.most(32 * 2 ** 20);
      expect(sumsOf(stacks.rows(EVER)).calls).to.equal(20_000);
    });
  });

  describe('slots of time', () => {
    it('take the same memory however long it runs', () => {
      const stacks = new Stacks();
      const hours = (from: number, to: number) => {
        for (let at = NOON + from * 3_600_000; at < NOON + to * 3_600_000; at += 30_000) {
          stacks.add(traceOf({ name: 'a', duration: 1 + ((at / 1_000) % 50) }, at), at);
        }
      };
      hours(0, 14);
      const { bytes } = stacks.stats();

      hours(14, 40);

      expect(stacks.stats().bytes).to.be.closeTo(bytes, bytes * 0.05);
      const lastTwelve = { from: NOON + 28 * 3_600_000, to: NOON + 40 * 3_600_000 };
      expect(sumsOf(stacks.rows(lastTwelve)).calls).to.be.closeTo(12 * 120, 3);
      expect(sumsOf(stacks.rows(EVER)).calls).to.be.at.most(12 * 120 + 3);
    });

    it('keep percentiles exact while they are merged', () => {
      const stacks = new Stacks();
      const durations: number[] = [];
      for (let i = 0; i < 3_000; i++) {
        const at = NOON + i * 4_000;
        const duration = 1 + ((i * 7_919) % 3_000);
        durations.push(duration);
        stacks.add(traceOf({ name: 'a', duration }, at), at);
      }
      durations.sort((a, b) => a - b);

      const [row] = stacks.rows({ from: NOON, to: NOON + 12_000_000 });

      expect(row!.calls).to.equal(3_000);
      for (const [share, found] of [
        [0.5, row!.p50],
        [0.95, row!.p95],
        [0.99, row!.p99],
      ] as const) {
        const exact = durations[Math.ceil(share * durations.length) - 1]!;
        expect(Math.abs(found - exact) / exact).to.be.at.most(0.016);
      }
    });

    it('become coarse earlier, then go, to stay within the bound in bytes; totals keep every call', () => {
      const maxBytes = 300_000;
      const stacks = new Stacks({ maxBytes });
      const root = traceOf({ name: 'n0', duration: 5 }).root.name;
      let calls = 0;
      for (let second = 0; second < 2_000; second++) {
        const at = NOON + second * 1_000;
        for (let i = 0; i < 20; i++) {
          stacks.add(traceOf({ name: `n${i}`, duration: 1 + ((second * 31 + i * 17) % 997) }, at), at);
          calls++;
        }
        if (second % 100 === 99) {
          // The newest second is packed when it is read.
          stacks.rows(EVER);
          expect(stacks.stats().bytes).to.be.at.most(maxBytes + 30_000);
        }
      }

      const rows = stacks.rows(EVER);
      const node = rows.find(({ name }) => name === root)!;

      expect(stacks.figuresOf(node.id)!.calls).to.equal(2_000);
      expect(sumsOf(rows).calls + stacks.stats().dropped).to.equal(calls);
      expect(stacks.stats().dropped).to.be.greaterThan(0);
    });

    it('are bounded in number however many marks are set, even within a second', () => {
      const stacks = new Stacks();
      for (let i = 0; i < 5_000; i++) {
        stacks.add(traceOf({ name: 'a' }, NOON), NOON);
        stacks.mark('m', NOON);
      }

      expect(stacks.stats().bytes).to.be.at.most(3_010 * 1_200);
      expect(sumsOf(stacks.rows(EVER)).calls + stacks.stats().dropped).to.equal(5_000);
    });
  });

  describe('histograms of call paths', () => {
    it('make paths fold when they alone are past the bound', () => {
      const stacks = new Stacks({ maxBytes: 200_000 });
      for (let i = 0; i < 500; i++) {
        for (const duration of [0.0001, 1e12]) stacks.add(traceOf({ name: `n${i}`, duration }, NOON - duration), NOON);
      }
      stacks.add(traceOf({ name: 'tick' }, NOON + 2_000), NOON + 2_000);

      expect(stacks.stats().bytes).to.be.at.most(250_000);
      expect(stacks.stats().folded).to.be.greaterThan(0);
    });
  });
});
