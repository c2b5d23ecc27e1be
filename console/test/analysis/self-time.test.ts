import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { type Interval, SelfTimes, selfTime } from '../../src/analysis/self-time.js';

const interval = (start: number, end: number): Interval => ({ start, duration: end - start });

describe('selfTime', () => {
  const span = interval(100, 200);

  it('is the duration of a span without children', () => {
    expect(selfTime(span, [])).to.equal(100);
  });

  it('subtracts the union of parallel children once', () => {
    const children = [interval(110, 160), interval(110, 160), interval(120, 170)];

    expect(selfTime(span, children)).to.equal(40);
  });

  it('takes children in any order', () => {
    expect(selfTime(span, [interval(150, 160), interval(110, 120), interval(115, 130)])).to.equal(70);
  });

  it('cuts children to the span', () => {
    expect(selfTime(span, [interval(0, 110), interval(190, 1_000)])).to.equal(80);
  });

  it('ignores children beside the span', () => {
    expect(selfTime(span, [interval(0, 50), interval(300, 400)])).to.equal(100);
  });

  it('counts waiting for a child in another process as its own', () => {
    const children = [{ ...interval(110, 160), parentIsRemote: true }, interval(150, 170)];

    expect(selfTime(span, children)).to.equal(80);
  });

  it('is 0, not negative, when a child takes longer than the span', () => {
    expect(selfTime(span, [interval(0, 1_000)])).to.equal(0);
  });
});

describe('SelfTimes', () => {
  const spans = fc.array(
    fc.record({
      start: fc.integer({ min: 0, max: 50 }),
      duration: fc.nat(30),
      up: fc.nat(),
      parentIsRemote: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );

  function check(sorted: boolean): void {
    const times = new SelfTimes();
    fc.assert(
      fc.property(spans, (given) => {
        const all = sorted ? given.toSorted((a, b) => a.start - b.start) : given;
        const parents = all.map(({ up }, i) => (i === 0 ? -1 : (up % (i + 1)) - 1));

        const self = times.of(all, parents);

        for (const [i, span] of all.entries()) {
          const children = all.filter((_, child) => parents[child] === i);
          expect(self[i]).to.equal(selfTime(span, children));
        }
      }),
      { numRuns: runs(400) },
    );
  }

  it('equals the self time of each span when spans are in the order of their start', () => check(true));

  it('equals the self time of each span in any order', () => check(false));

  it('counts a span that cannot be measured as 0, and leaves the others alone', () => {
    const all = [interval(0, 100), { start: 10, duration: NaN }, { start: NaN, duration: 5 }, interval(20, 50)];

    const self = [...new SelfTimes().of(all, [-1, 0, 0, 0])].slice(0, 4);

    expect(self).to.deep.equal([70, 0, 5, 30]);
  });
});
