import { expect } from 'chai';
import sinon from 'sinon';
import { alternate, type Variant } from '../../../bench/measure/alternate.js';

describe('alternate', () => {
  const hadGc = globalThis.gc;
  before(() => (globalThis.gc = (async () => {}) as never));
  after(() => (globalThis.gc = hadGc));
  afterEach(() => sinon.restore());

  /** Counts a nanosecond more each time. */
  function countsUp(log: string[], name: string, count?: number): Variant {
    let calls = 0;
    return {
      run(items) {
        log.push(name);
        return ++calls * items;
      },
      ...(count !== undefined && { count }),
    };
  }

  it('begins each round with the next variant', async () => {
    const log: string[] = [];

    await alternate([countsUp(log, 'a'), countsUp(log, 'b')], { count: 10, millis: 0 });

    expect(log.slice(0, 6).join('')).to.equal('abbaab');
  });

  it('returns the count of each variant per item, without the warm-up', async () => {
    const [first, second] = await alternate([countsUp([], 'a'), countsUp([], 'b', 3)], { count: 10, millis: 0 });

    expect(first).to.deep.equal([3, 4, 5, 6, 7]);
    expect(second).to.deep.equal(first);
  });

  it('measures the CPU time of a variant that returns no count', async () => {
    let user = 0;
    sinon.stub(process, 'cpuUsage').callsFake((before) => ({ user: user - (before?.user ?? 0), system: 0 }));
    const working: Variant = {
      async run(count) {
        await Promise.resolve();
        user += 3 * count;
      },
    };

    const times = await alternate([working], { count: 10, millis: 0 });

    expect(times[0]).to.deep.equal([3_000, 3_000, 3_000, 3_000, 3_000]);
  });
});
