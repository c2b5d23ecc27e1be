import { expect } from 'chai';
import sinon from 'sinon';
import type { BenchCase } from '../../../bench/case.js';
import type { Ratios } from '../../../bench/check/baseline.js';
import { ATTEMPTS, check } from '../../../bench/check/check.js';
import type { Spread } from '../../../bench/measure/statistics.js';

const around = (median: number, width = 0): Spread => ({ low: median - width / 2, median, high: median + width / 2 });

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
  async function checkWith(...attempts: Record<string, Spread>[]) {
    return checkAgainst(before, ...attempts);
  }

  async function checkAgainst(ratios: Ratios, ...attempts: Record<string, Spread>[]) {
    const log = sinon.stub(console, 'log');
    let attempt = 0;
    const failed = await check([benchCase], ratios, async () => {
      const figures = Object.entries(attempts[attempt++]!).map(([id, ratio]) => [id, { ratio, ours: 1, theirs: 1 }]);
      return { figures: Object.fromEntries(figures) as Record<string, never> };
    });
    const printed = log.args.map(([line]) => line as string).join('\n');
    sinon.restore();
    return { failed, attempt, printed };
  }

  it('measures once if the ratios are unchanged', async () => {
    const { failed, attempt, printed } = await checkWith({ a: around(0.4), b: around(0.42) });

    expect({ failed, attempt }).to.deep.equal({ failed: [], attempt: 1 });
    expect(printed).not.to.contain('too noisy');
  });

  it('reports a row that is worse in every run', async () => {
    const slower = { a: around(0.8), b: around(0.4) };

    const { failed, attempt } = await checkWith(...ATTEMPTS.map(() => slower));

    expect({ failed, attempt }).to.deep.equal({ failed: ['a'], attempt: ATTEMPTS.length });
  });

  it('treats a row that was worse only once as noise', async () => {
    const { failed, attempt } = await checkWith({ a: around(0.8), b: around(0.4) }, { a: around(0.4), b: around(0.8) });

    expect({ failed, attempt }).to.deep.equal({ failed: [], attempt: 2 });
  });

  it('measures again if the noise could hide a doubling', async () => {
    const { failed, attempt, printed } = await checkWith(
      { a: around(0.4, 0.3), b: around(0.4) },
      { a: around(0.4), b: around(0.4) },
    );

    expect({ failed, attempt }).to.deep.equal({ failed: [], attempt: 2 });
    expect(printed).not.to.contain('too noisy');
  });

  it('reports a row that stays unclear as too noisy', async () => {
    const noisy = { a: around(0.4, 0.3), b: around(0.4) };

    const { failed, attempt, printed } = await checkWith(...ATTEMPTS.map(() => noisy));

    expect({ failed, attempt }).to.deep.equal({ failed: [], attempt: ATTEMPTS.length });
    expect(printed).to.contain('a: too noisy to tell').and.not.to.contain('b: too noisy');
  });

  it('reports a row that is worse only sometimes as too noisy', async () => {
    const [noisy, worse] = [around(0.4, 0.3), around(0.8)].map((a) => ({ a, b: around(0.4) }));

    const { failed, printed } = await checkWith(noisy!, worse!, worse!);

    expect(failed).to.deep.equal([]);
    expect(printed).to.contain('a: too noisy to tell');
  });

  it('fails at once if a ratio is not a number', async () => {
    const { failed, attempt } = await checkWith({ a: around(NaN), b: around(Infinity) });

    expect({ failed, attempt }).to.deep.equal({ failed: ['a', 'b'], attempt: 1 });
  });

  it('names a row without a baseline, and does not check it', async () => {
    const { failed, attempt, printed } = await checkAgainst({ a: around(0.4) }, { a: around(0.4), b: around(9) });

    expect({ failed, attempt }).to.deep.equal({ failed: [], attempt: 1 });
    expect(printed).to.contain('? b: not in bench/baseline.json');
  });
});
