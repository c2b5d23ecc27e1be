import { expect } from 'chai';
import type { BenchCase } from '../../../bench/case.js';
import { CASES } from '../../../bench/cases/index.js';
import { baselineOf, ratiosFor, readBaseline } from '../../../bench/check/baseline.js';
import type { Spread } from '../../../bench/measure/statistics.js';

const around = (median: number): Spread => ({ low: median, median, high: median });

describe('bench/baseline.json', () => {
  const guarded = CASES.filter((each) => each.guarded).flatMap(({ rows }) => rows.map(({ id }) => id));

  for (const major of ['20', '22', '24']) {
    it(`has a ratio for each guarded row on Node ${major}, and for no other row`, () => {
      const ratios = readBaseline()[major]!;

      expect(ratios).to.have.all.keys(guarded);
      for (const [id, { low, median, high }] of Object.entries(ratios)) {
        expect([low, median, high].every(Number.isFinite), id).to.equal(true);
      }
    });
  }
});

describe('ratiosFor', () => {
  const baseline = { 20: { row: around(1) }, 24: { row: around(2) } };

  it('returns the ratios of the same Node version, or of the previous one', () => {
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
