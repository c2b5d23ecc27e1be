import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { type Slot, packSlot } from '../../src/stacks/slot.js';
import { SlotSeries } from '../../src/stacks/slot-series.js';
import { Tally } from '../../src/stacks/tally.js';
import { NOON } from './traces.js';

const PLENTY = 32 * 2 ** 20;
const NODE = 7;

function tallyOf(...calls: (readonly [duration: number, self: number, failed: boolean])[]): Tally {
  const tally = new Tally();
  for (const [duration, self, failed] of calls) tally.add(duration, self, failed);
  return tally;
}

function slotAt(at: number, tally = tallyOf([10, 10, false]), era = 0, node = NODE): Slot {
  return packSlot({ number: Math.floor(at / 1_000), era, first: at, last: at }, [[node, tally]]);
}

function sum(slots: Iterable<Slot>): Tally {
  const all = new Tally();
  for (const slot of slots) for (let entry = 0; entry < slot.nodes.length; entry++) all.mergeEntry(slot, entry);
  return all;
}

describe('SlotSeries', () => {
  it('gives back the figures of the calls, however they were packed, aged and merged (property)', () => {
    const call = fc.record({
      wait: fc.oneof(fc.nat(900), fc.nat(20_000), fc.nat(3_000_000)),
      duration: fc.integer({ min: 0, max: 100_000 }),
      own: fc.constantFrom(0, 0.5, 1),
      failed: fc.boolean(),
      era: fc.constantFrom(0, 0, 0, 1),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
        const series = new SlotSeries(PLENTY, (id) => id);
        const expected = new Tally();
        let [now, era] = [NOON, 0];
        for (const { wait, duration, own, failed, era: step } of calls) {
          // Within twelve hours, so that nothing is dropped.
          if (now + wait > NOON + 43_000_000) break;
          now += wait;
          era += step;
          const self = duration * own;
          series.age(now, 0);
          series.add(slotAt(now, tallyOf([duration, self, failed]), era));
          expected.add(duration, self, failed);
        }

        const found = sum(series.within(-Infinity, Infinity));

        expect(found.figures(1_000)).to.deep.equal(expected.figures(1_000));
        expect(found.failures?.percentiles([0.5])).to.deep.equal(expected.failures?.percentiles([0.5]));
      }),
      { numRuns: runs(300) },
    );
  });

  it('has slots of 1 s for 5 minutes, of 10 s for an hour, of a minute for 12 hours', () => {
    const series = new SlotSeries(PLENTY, (id) => id);
    const end = NOON + 13 * 3_600_000;
    for (let at = NOON; at < end; at += 1_000) {
      series.age(at, 0);
      series.add(slotAt(at));
    }
    const count = (from: number, to: number) => [...series.within(end - from, end - to)].length;

    expect(count(300_000, 0)).to.equal(300);
    expect(count(3_600_000, 360_000)).to.be.closeTo(324, 1);
    expect(count(12 * 3_600_000, 3_660_000)).to.be.closeTo(659, 1);
    expect(count(Infinity, 12 * 3_600_000 + 60_000)).to.equal(0);
  });

  it('gives slots in the order of time', () => {
    const series = new SlotSeries(PLENTY, (id) => id);
    for (let at = NOON; at < NOON + 9_000_000; at += 7_000) {
      series.age(at, 0);
      series.add(slotAt(at));
    }

    const starts = [...series.within(-Infinity, Infinity)].map(({ first }) => first);

    expect(starts).to.deep.equal(starts.toSorted((a, b) => a - b));
  });

  it('takes no room for time without calls', () => {
    const series = new SlotSeries(PLENTY, (id) => id);
    series.add(slotAt(NOON));
    const { bytes } = series;

    series.age(NOON + 40_000_000, 0);

    expect(series.bytes).to.equal(bytes);
    expect([...series.within(-Infinity, Infinity)]).to.have.lengthOf(1);
  });

  it('merges calls of folded nodes into (others) as slots are merged', () => {
    const series = new SlotSeries(PLENTY, () => 1);
    for (let i = 0; i < 5; i++) series.add(slotAt(NOON + i * 1_000, undefined, 0, 10 + i));

    series.age(NOON + 1_000_000, 0);

    const [slot, ...more] = series.within(-Infinity, Infinity);
    expect(more).to.deep.equal([]);
    expect([...slot!.nodes]).to.deep.equal([1]);
    expect(slot!.sums[0]).to.equal(5);
  });

  it('makes old slots coarse first, then drops the oldest, when bytes are short', () => {
    const series = new SlotSeries(40_000, (id) => id);
    for (let at = NOON; at < NOON + 250_000; at += 1_000) series.add(slotAt(at));

    series.age(NOON + 250_000, 0);

    expect(series.bytes).to.be.at.most(40_000);
    expect(series.dropped).to.equal(0);
    expect(sum(series.within(-Infinity, Infinity)).calls).to.equal(250);

    series.age(NOON + 250_000, 38_000);

    expect(series.bytes).to.be.at.most(2_000);
    expect(sum(series.within(-Infinity, Infinity)).calls + series.dropped).to.equal(250);
    expect(series.dropped).to.be.greaterThan(0);
  });

  it('counts the cells and bytes of its slots', () => {
    const series = new SlotSeries(PLENTY, (id) => id);
    series.add(slotAt(NOON, tallyOf([1, 1, false], [2, 2, false], [4, 1, true])));

    // Durations 1, 2, 4; self times 1, 2, of which 1 twice; failed 4.
    expect(series.cells).to.equal(6);
    expect(series.bytes).to.be.greaterThan(6 * 6);
    series.clear();
    expect([series.cells, series.bytes]).to.deep.equal([0, 0]);
  });
});
