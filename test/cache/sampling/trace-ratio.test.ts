import { expect } from 'chai';
import fc from 'fast-check';
import { TraceRatio } from '../../../src/cache/sampling/trace-ratio.js';

const traceId = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 72n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }))
  .map(([rest, random]) => hex(rest, 18) + hex(random, 14));

function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function ending(random: string): string {
  return 'f'.repeat(18) + random;
}

describe('TraceRatio', () => {
  it('includes every trace at 1 and none at 0', () => {
    for (const random of ['00000000000000', '80000000000000', 'ffffffffffffff']) {
      expect(new TraceRatio(1).includes(ending(random))).to.equal(true);
      expect(new TraceRatio(0).includes(ending(random))).to.equal(false);
    }
  });

  it('includes a trace whose last 56 bits are at least the threshold of its ratio', () => {
    for (const [ratio, threshold, below] of [
      [1 / 2, '80000000000000', '7fffffffffffff'],
      [255 / 256, '01000000000000', '00ffffffffffff'],
    ] as const) {
      expect(new TraceRatio(ratio).includes(ending(threshold))).to.equal(true);
      expect(new TraceRatio(ratio).includes(ending(below))).to.equal(false);
    }
  });

  it("has the threshold of the specification's example", () => {
    // (1 - 0.01) * 2^56 is 0xfd70a400000000 with five digits of precision.
    const percent = new TraceRatio(0.01);

    expect(percent.includes(ending('fd70a500000000'))).to.equal(true);
    expect(percent.includes(ending('fd70a300000000'))).to.equal(false);
  });

  it('includes a single trace id at the smallest ratio', () => {
    const smallest = new TraceRatio(2 ** -56);

    expect(smallest.includes(ending('ffffffffffffff'))).to.equal(true);
    expect(smallest.includes(ending('fffffffffffffe'))).to.equal(false);
  });

  it('ignores the rest of the trace id and the case of its letters', () => {
    const half = new TraceRatio(0.5);

    expect(half.includes(`${'0'.repeat(18)}80000000000000`)).to.equal(true);
    expect(new TraceRatio(0.25).includes(ending('CFFFFFFFFFFFFF'))).to.equal(true);
  });

  it('includes at a higher ratio every trace that it includes at a lower one', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(traceId, ratio, ratio, (id, one, other) => {
        const low = new TraceRatio(Math.min(one, other));
        const high = new TraceRatio(Math.max(one, other));

        expect(high.includes(id) || !low.includes(id)).to.equal(true);
      }),
    );
  });

  it('decides as exact arithmetic does', () => {
    // Sixteenths are exact in a double.
    fc.assert(
      fc.property(traceId, fc.integer({ min: 0, max: 16 }), (id, sixteenths) => {
        const threshold = (BigInt(16 - sixteenths) * 2n ** 56n) / 16n;

        expect(new TraceRatio(sixteenths / 16).includes(id)).to.equal(BigInt(`0x${id.slice(18)}`) >= threshold);
      }),
    );
  });
});
