import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { MAX_SPANS, SpanNodes } from '../../src/stacks/span-nodes.js';
import { NOON, hexOf } from './traces.js';

const trace = (i: number) => hexOf(i, 32);
const span = (i: number) => hexOf(i, 16);

describe('SpanNodes', () => {
  it('finds what a map would find (property)', () => {
    const step = fc.record({ trace: fc.nat(3), spans: fc.array(fc.nat(2_000), { maxLength: 400 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const table = new SpanNodes();
        const expected = new Map<string, number>();
        let node = 0;
        for (const { trace: traceNumber, spans } of steps) {
          table.begin(trace(traceNumber), NOON);
          for (const number of spans) {
            table.add(span(number), ++node);
            expected.set(`${traceNumber} ${number}`, node);
          }
        }

        for (let traceNumber = 0; traceNumber < 4; traceNumber++) {
          for (let number = 0; number < 2_000; number += 7) {
            const found = table.nodeOf(trace(traceNumber), span(number));
            expect(found).to.equal(expected.get(`${traceNumber} ${number}`));
          }
        }
      }),
      { numRuns: runs(40) },
    );
  });

  it('returns the index of a span of the same part, and none for an earlier part', () => {
    const table = new SpanNodes();
    table.begin(trace(1), NOON);
    table.add(span(1), 10);
    table.begin(trace(1), NOON + 5_000);
    table.add(span(2), 11);
    table.add(span(3), 12);

    const found = [1, 2, 3].map((i) => [table.find(span(i)), table.foundNode, table.foundIndex]);

    expect(found).to.deep.equal([
      [true, 10, -1],
      [true, 11, 0],
      [true, 12, 1],
    ]);
    expect(table.find(span(4))).to.equal(false);
  });

  it('forgets the oldest past its bound, and no other', () => {
    const table = new SpanNodes();
    const extra = 1_000;
    table.begin(trace(1), NOON);
    for (let i = 0; i < MAX_SPANS + extra; i++) table.add(span(i), i);

    for (const gone of [0, 1, extra - 1]) expect(table.nodeOf(trace(1), span(gone))).to.equal(undefined);
    for (const kept of [extra, extra + 1, MAX_SPANS / 2, MAX_SPANS + extra - 1]) {
      expect(table.nodeOf(trace(1), span(kept))).to.equal(kept);
    }
  });

  it('takes ids of any form', () => {
    const table = new SpanNodes();
    const ids = ['', 'a', 'A', '0', '00', 'ü', '\0', 'x'.repeat(10_000)];
    table.begin('not hexadecimal', NOON);
    for (const [i, id] of ids.entries()) table.add(id, i);

    expect(ids.map((id) => table.nodeOf('not hexadecimal', id))).to.deep.equal(ids.map((_, i) => i));
  });

  it('returns to a part of a trace', () => {
    const table = new SpanNodes();
    table.begin(trace(1), NOON);
    for (let i = 0; i < 5; i++) table.add(span(i), 100 + i);
    table.begin(trace(2), NOON);
    table.add(span(9), 200);

    expect(table.return(trace(1), span(0))).to.equal(true);
    expect([0, 3, 4].map((i) => table.nodeAt(i, span(i)))).to.deep.equal([100, 103, 104]);
    expect(table.nodeAt(1, span(4))).to.equal(104);
    expect(table.nodeAt(1, span(77))).to.equal(undefined);
    expect(table.find(span(3)) && table.foundIndex).to.equal(3);
    expect(table.return(trace(3), span(0))).to.equal(false);
  });
});
