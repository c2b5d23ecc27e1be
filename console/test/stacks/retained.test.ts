import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import type { StackRow } from '../../src/api/schemas.js';
import type { SpanRow } from '../../src/model/span-row.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { Stacks } from '../../src/stacks/stacks.js';
import { NOON, SHOP, type Sketch, traceOf } from './traces.js';

const WINDOW = { from: NOON - 60_000, to: NOON + 600_000 };
const every = () => true;

function stacksOf(traces: readonly TraceRow[]): Stacks {
  const stacks = new Stacks();
  for (const [i, trace] of traces.entries()) stacks.add(trace, NOON + i);
  return stacks;
}

function sumsOf(rows: readonly StackRow[]) {
  return rows.reduce(
    (sums, { calls, errors, total, self }) => ({
      calls: sums.calls + calls,
      errors: sums.errors + errors,
      total: sums.total + total,
      self: sums.self + self,
    }),
    { calls: 0, errors: 0, total: 0, self: 0 },
  );
}

function outline(rows: readonly StackRow[]): string[] {
  return rows.map(({ depth, name, value, calls }) => `${'  '.repeat(depth)}${name} [${value}] ×${calls}`);
}

/** Sketches of traces: whole milliseconds, so that sums are exact in any order. */
const sketches: fc.Arbitrary<Sketch> = fc.letrec<{ span: Sketch }>((tie) => ({
  span: fc
    .record({
      name: fc.constantFrom('a', 'b', 'c'),
      at: fc.nat(50),
      duration: fc.nat(100),
      status: fc.constantFrom(0, 2),
      kind: fc.nat(4),
      tenant: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      children: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.constant([]), fc.array(tie('span'), { maxLength: 4 })),
    })
    .map(({ tenant, ...sketch }) => ({ ...sketch, attributes: tenant === undefined ? {} : { tenant } })),
})).span;

const traces = fc.array(
  sketches.map((sketch) => traceOf(sketch)),
  { minLength: 1, maxLength: 12 },
);

describe('Stacks, of retained traces', () => {
  it('has the same rows as the aggregates if every span matches (property)', () => {
    fc.assert(
      fc.property(traces, (all) => {
        const stacks = stacksOf(all);

        const expected = stacks.rows(WINDOW);

        expect(stacks.rowsOf(all, WINDOW, every)).to.deep.equal(expected);
      }),
      { numRuns: runs(200) },
    );
  });

  it('leaves totals as they were after any sequence of splits, sorts and filters (property)', () => {
    const step = fc.record({
      split: fc.option(fc.constantFrom('tenant', 'resource.service.version', 'unknown'), { nil: undefined }),
      name: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined }),
      sort: fc.constantFrom('total', 'calls', 'p95', 'self' as const),
    });
    fc.assert(
      fc.property(traces, fc.array(step, { maxLength: 8 }), (all, steps) => {
        const stacks = stacksOf(all);
        const before = sumsOf(stacks.rows(WINDOW));

        for (const { split, name, sort } of steps) {
          const matches = (span: SpanRow) => name === undefined || span.name === name;
          const rest = (span: SpanRow) => !matches(span);
          const chosen = stacks.rowsOf(all, WINDOW, matches, split).toSorted((a, b) => b[sort] - a[sort]);
          const others = stacks.rowsOf(all, WINDOW, rest, split);
          const unsplit = stacks.rowsOf(all, WINDOW, matches);

          expect(sumsOf([...chosen, ...others])).to.deep.equal(before);
          expect(sumsOf(chosen)).to.deep.equal(sumsOf(unsplit));
          expect(new Set(chosen.map(({ id }) => id)).size).to.equal(chosen.length);
          for (const { parent } of chosen) if (parent !== null) expect(chosen.map(({ id }) => id)).to.include(parent);
        }

        expect(sumsOf(stacks.rows(WINDOW))).to.deep.equal(before);
        expect(sumsOf(stacks.rowsOf(all, WINDOW, every))).to.deep.equal(before);
      }),
      { numRuns: runs(200) },
    );
  });

  it('counts matching spans below their ancestors', () => {
    const trace = traceOf({
      name: 'root',
      children: [{ name: 'mid', children: [{ name: 'leaf' }] }, { name: 'other' }],
    });
    const stacks = stacksOf([trace]);

    const rows = stacks.rowsOf([trace], WINDOW, ({ name }) => name === 'leaf');

    expect(outline(rows)).to.deep.equal(['root [null] ×0', '  mid [null] ×0', '    leaf [null] ×1']);
    expect(rows[2]!.share).to.equal(1);
  });

  it('splits by an attribute, whose value descendants inherit', () => {
    const request = (tenant: string): Sketch => ({
      name: 'GET',
      children: [
        { name: 'auth', duration: 5, attributes: { tenant }, children: [{ name: 'query' }] },
        { name: 'render', duration: 1 },
      ],
    });
    const all = [traceOf(request('x')), traceOf(request('y')), traceOf(request('x'))];
    const stacks = stacksOf(all);

    const rows = stacks.rowsOf(all, WINDOW, every, 'tenant');

    expect(outline(rows)).to.deep.equal([
      'GET [null] ×3',
      '  auth [x] ×2',
      '    query [x] ×2',
      '  auth [y] ×1',
      '    query [y] ×1',
      '  render [null] ×3',
    ]);
  });

  it('splits by an attribute of the resource', () => {
    const all = ['1.2', '1.3'].map((version) =>
      traceOf({ name: 'a', process: { ...SHOP, resource: { 'service.version': version } } }),
    );

    const rows = stacksOf(all).rowsOf(all, WINDOW, every, 'resource.service.version');

    expect(rows.map(({ value }) => value)).to.have.members(['1.2', '1.3']);
  });

  it('keeps the ids of split rows from answer to answer', () => {
    const all = ['x', 'y'].map((tenant) => traceOf({ name: 'a', attributes: { tenant } }));
    const stacks = stacksOf(all);
    const ids = () => stacks.rowsOf(all, WINDOW, every, 'tenant').map(({ id }) => id);

    expect(ids()).to.deep.equal(ids());
    expect(stacks.rows(WINDOW).map(({ id }) => id)).to.not.include.members(ids());
  });

  it('folds split rows past 2,000 into (others)', () => {
    const all = Array.from({ length: 3_000 }, (_, i) => traceOf({ name: 'a', attributes: { user: `u${i}` } }));
    const stacks = stacksOf(all);

    const rows = stacks.rowsOf(all, WINDOW, every, 'user');

    expect(rows).to.have.lengthOf(2_001);
    expect(sumsOf(rows).calls).to.equal(3_000);
    expect(rows.find(({ name }) => name === '(others)')!.calls).to.equal(1_000);
  });

  it('chooses traces by their arrival', () => {
    const early = traceOf({ name: 'early' }, NOON);
    const late = traceOf({ name: 'late' }, NOON - 50_000);
    const stacks = new Stacks();
    stacks.add(early, NOON);
    stacks.add(late, NOON + 10_000);

    const rows = stacks.rowsOf([late, early], { from: NOON + 5_000, to: NOON + 15_000 }, every);

    expect(rows.map(({ name }) => name)).to.deep.equal(['late']);
  });

  it('leaves out late spans, as the aggregates do', () => {
    const late = traceOf({ name: 'late' }, NOON - 4_000_000);
    const stacks = new Stacks();
    stacks.add(late, NOON);

    expect(stacks.rowsOf([late], WINDOW, every)).to.deep.equal([]);
    expect(stacks.timeOf([late], WINDOW, every).slots.every(({ calls }) => calls === 0)).to.equal(true);
  });

  it('takes traces that it never saw by the time of their end', () => {
    const trace = traceOf({ name: 'root', children: [{ name: 'child' }] });

    expect(outline(new Stacks().rowsOf([trace], WINDOW, every))).to.deep.equal(['root [null] ×1', '  child [null] ×1']);
  });

  describe('time', () => {
    const all = Array.from({ length: 50 }, (_, i) =>
      traceOf(
        {
          name: 'root',
          duration: 20 + i,
          status: i % 7 === 0 ? 2 : 0,
          attributes: { tenant: i % 2 ? 'x' : 'y' },
          children: [{ name: 'child' }],
        },
        NOON + i * 700,
      ),
    );
    const stacks = new Stacks();
    for (const [i, trace] of all.entries()) stacks.add(trace, NOON + i * 700);
    const callsOf = ({ slots }: { slots: { calls: number }[] }) => slots.reduce((sum, { calls }) => sum + calls, 0);

    it('has the same heatmap as the aggregates of the same spans', () => {
      const isRoot = (span: SpanRow, trace: TraceRow) => span === trace.root;

      expect(stacks.timeOf(all, WINDOW, isRoot)).to.deep.equal(stacks.time(WINDOW));
    });

    it('covers all matching spans, or the spans of one stack', () => {
      const child = stacks.rows(WINDOW).find(({ name }) => name === 'child')!;

      expect(callsOf(stacks.timeOf(all, WINDOW, every))).to.equal(100);
      expect(stacks.timeOf(all, WINDOW, every, child.id)).to.deep.equal(stacks.time(WINDOW, child.id));
    });

    it('is of one value of a split row', () => {
      const rows = stacks.rowsOf(all, WINDOW, every, 'tenant');
      const row = rows.find(({ name, value }) => name === 'child' && value === 'x')!;

      expect(callsOf(stacks.timeOf(all, WINDOW, every, row.id))).to.equal(25);
    });
  });
});
