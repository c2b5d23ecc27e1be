import { expect } from 'chai';
import sinon from 'sinon';
import type { BenchCase } from '../../../bench/case.js';
import { baselineOf, ratiosFor } from '../../../bench/check/baseline.js';
import { ATTEMPTS, check } from '../../../bench/check/check.js';
import { isRegression } from '../../../bench/check/regression.js';
import type { Spread } from '../../../bench/measure/statistics.js';

const around = (median: number, width = 0): Spread => ({ low: median - width / 2, median, high: median + width / 2 });

describe('isRegression', () => {
  it('lets a ratio grow by a quarter', () => {
    expect(isRegression(around(0.4), around(0.5))).to.equal(false);
    expect(isRegression(around(0.4), around(0.51))).to.equal(true);
  });

  it('adds the spread of both runs', () => {
    expect(isRegression(around(0.4, 0.1), around(0.69, 0.1))).to.equal(false);
    expect(isRegression(around(0.4, 0.1), around(0.71, 0.1))).to.equal(true);
  });

  it('lets a ratio near nothing, or by noise below it, be a fiftieth', () => {
    expect(isRegression(around(-0.01), around(0.009))).to.equal(false);
    expect(isRegression(around(0), around(0.03))).to.equal(true);
  });

  it('is never better', () => {
    expect(isRegression(around(0.4), around(0.1))).to.equal(false);
  });
});

describe('ratiosFor', () => {
  const baseline = { 20: { row: around(1) }, 24: { row: around(2) } };

  it('are those of the same version of Node, or of the one before', () => {
    expect(ratiosFor('24', baseline)).to.equal(baseline[24]);
    expect(ratiosFor('22', baseline)).to.equal(baseline[20]);
    expect(ratiosFor('26', baseline)).to.equal(baseline[24]);
    expect(ratiosFor('18', baseline)).to.equal(baseline[20]);
  });
});

describe('baselineOf', () => {
  it('takes the ratios of guarded benchmarks from the results', () => {
    const measured = { figures: { row: { ratio: around(0.4), ours: 4, theirs: 10 } } };
    const results = {
      machine: { cpu: '', cores: 2, memoryGibibytes: 1, system: '', sdk: {} },
      nodes: { 20: { version: '20.1.0', cases: { guarded: measured, other: measured } } },
    };
    const cases = [
      { name: 'guarded', guarded: true },
      { name: 'other', guarded: false },
      { name: 'new', guarded: true },
    ];

    expect(baselineOf(cases as BenchCase[], results)).to.deep.equal({ 20: { row: around(0.4) } });
  });
});

describe('check', () => {
  afterEach(() => sinon.restore());

  const benchCase: BenchCase = {
    name: 'case',
    rows: ['a', 'b'].map((id) => ({ id, what: id, against: 'rival', unit: 'ns' })),
    guarded: true,
    processes: 1,
    measure: async () => ({ samples: {} }),
  };
  const before = { a: around(0.4), b: around(0.4) };

  /** Measures these ratios of the rows, attempt by attempt. */
  async function checkWith(...attempts: Record<string, number>[]) {
    sinon.stub(console, 'log');
    let attempt = 0;
    const worse = await check([benchCase], before, async () => {
      const figures = Object.entries(attempts[attempt++]!).map(([id, median]) => [
        id,
        { ratio: around(median), ours: median, theirs: 1 },
      ]);
      return { figures: Object.fromEntries(figures) as Record<string, never> };
    });
    sinon.restore();
    return { worse, attempt };
  }

  it('is content with one look at ratios that are as they were', async () => {
    expect(await checkWith({ a: 0.4, b: 0.42 })).to.deep.equal({ worse: [], attempt: 1 });
  });

  it('tells a row that is worse each time', async () => {
    const slower = { a: 0.8, b: 0.4 };

    expect(await checkWith(...ATTEMPTS.map(() => slower))).to.deep.equal({ worse: ['a'], attempt: ATTEMPTS.length });
  });

  it('takes a row that was worse once for noise', async () => {
    expect(await checkWith({ a: 0.8, b: 0.4 }, { a: 0.4, b: 0.8 })).to.deep.equal({ worse: [], attempt: 2 });
  });

  it('does not ask for a row without a ratio to be held against', async () => {
    sinon.stub(console, 'log');

    const worse = await check([benchCase], { a: around(0.4) }, async () => ({
      figures: { a: { ratio: around(0.4), ours: 1, theirs: 1 }, b: { ratio: around(9), ours: 9, theirs: 1 } },
    }));

    sinon.restore();
    expect(worse).to.deep.equal([]);
  });
});
