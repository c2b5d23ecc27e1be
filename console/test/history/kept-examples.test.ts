import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { History } from '../../src/history/history.js';
import type { TraceRow } from '../../src/model/trace-row.js';
import { spanRow, traceRow } from '../model/rows.js';

/** A trace of so many spans. */
function trace(spans: number, { traceId = 'a', bytes = 1_000 } = {}): TraceRow {
  return traceRow(Array.from({ length: spans }, () => spanRow({ traceId, bytes })));
}

/** Adds a trace that stacks name in so many examples. */
function addExample(history: History, row: TraceRow, now = 0, uses = 1): void {
  history.exampleOf(row.traceId).uses += uses;
  history.add(row, now);
}

/** Evicts everything from a history of ten spans. */
function evictAll(history: History, now = 0): void {
  history.add(trace(10, { traceId: 'newer' }), now);
}

describe('Kept examples', () => {
  it('are evicted traces that stacks name, and only allPartsOf() finds them', () => {
    const history = new History({ maxSpans: 10 });
    const row = trace(3);
    addExample(history, row);
    history.add(trace(3, { traceId: 'b' }), 0);

    evictAll(history);

    expect(history.allPartsOf('a')).to.deep.equal([row]);
    expect(history.allPartsOf('b')).to.deep.equal([]);
    expect(history.partsOf('a')).to.deep.equal([]);
    expect(history.get(row.id)).to.equal(undefined);
    expect([...history.newestFirst()].map(({ traceId }) => traceId)).to.deep.equal(['newer']);
    expect(history.goneOf('a')).to.equal(undefined);
    expect(history.stats()).to.deep.include({
      spans: 10,
      traces: 1,
      evicted: 6,
      examples: { traces: 1, spans: 3, maxSpans: 2_000, bytes: 3_400, maxBytes: 4 * 2 ** 20, givenUp: 0 },
    });
  });

  it('have all parts of the trace, in the order of arrival', () => {
    const history = new History({ maxSpans: 10 });
    const [first, second, third] = [trace(6), trace(4), trace(5)] as const;
    history.add(first, 0);
    addExample(history, second);

    addExample(history, third, 0, 0);

    expect(history.partsOf('a')).to.deep.equal([second, third]);
    expect(history.allPartsOf('a')).to.deep.equal([first, second, third]);
    evictAll(history);
    expect(history.allPartsOf('a')).to.deep.equal([first, second, third]);
    expect(history.stats().examples).to.include({ traces: 1, spans: 15 });
  });

  it('are one trace with a part that comes after the eviction', () => {
    const history = new History({ maxSpans: 10 });
    const [first, late] = [trace(3), trace(1)] as const;
    addExample(history, first);
    evictAll(history);

    history.add(late, 0);

    expect(history.exampleOf('a')).to.include({ uses: 1, isGone: false });
    expect(history.allPartsOf('a')).to.deep.equal([first, late]);
  });

  it('give up the traces with the fewest uses per byte, the oldest first, until a tenth is free', () => {
    const history = new History({ maxSpans: 10, examples: { maxSpans: 10 } });
    addExample(history, trace(2, { traceId: 'used twice' }), 0, 2);
    addExample(history, trace(4, { traceId: 'large' }));
    for (const traceId of ['old', 'b', 'c', 'd']) addExample(history, trace(1, { traceId }));
    evictAll(history);
    addExample(history, trace(1, { traceId: 'e' }));
    evictAll(history);
    expect(history.allPartsOf('large')).to.deep.equal([]);
    expect(history.stats().examples).to.include({ spans: 7, givenUp: 1 });

    for (const traceId of ['f', 'g', 'h', 'new']) addExample(history, trace(1, { traceId }));
    evictAll(history);

    expect(history.stats().examples).to.include({ spans: 9, givenUp: 3 });
    for (const id of ['old', 'b']) expect(history.allPartsOf(id), id).to.be.empty;
    for (const id of ['used twice', 'c', 'new']) expect(history.allPartsOf(id), id).not.to.be.empty;
  });

  it('are bounded in bytes', () => {
    const history = new History({ maxSpans: 10, examples: { maxBytes: 3_200 } });
    for (const traceId of ['a', 'b', 'c']) addExample(history, trace(1, { traceId }));

    evictAll(history);

    expect(history.stats().examples).to.include({ traces: 2, bytes: 2_800, givenUp: 1 });
    expect(history.allPartsOf('a')).to.deep.equal([]);
  });

  it('release a trace as soon as no stack names it any more, without counting it', () => {
    const history = new History({ maxSpans: 10 });
    addExample(history, trace(2, { traceId: 'named' }));
    addExample(history, trace(2, { traceId: 'replaced' }), 0, 2);
    evictAll(history);

    const replaced = history.exampleOf('replaced');
    replaced.uses--;
    expect(history.allPartsOf('replaced')).to.have.length(1);
    replaced.uses--;

    expect(history.allPartsOf('replaced')).to.deep.equal([]);
    expect(replaced.isGone).to.equal(true);
    expect(history.stats().examples).to.include({ traces: 1, spans: 2, givenUp: 0 });
  });

  it('leave out a trace that is too large, and count it', () => {
    const history = new History({ maxSpans: 10, examples: { maxSpans: 4 } });
    addExample(history, trace(3, { traceId: 'kept' }));
    addExample(history, trace(3, { traceId: 'in parts' }));
    addExample(history, trace(2, { traceId: 'in parts' }), 0, 5);

    evictAll(history);
    addExample(history, trace(5, { traceId: 'large' }));
    evictAll(history);

    for (const id of ['in parts', 'large']) expect(history.allPartsOf(id), id).to.be.empty;
    expect(history.stats().examples).to.include({ traces: 0, spans: 0, bytes: 0 });
    expect(history.stats().examples.givenUp).to.equal(3);
  });

  it('are gone from the time at which they are given up', () => {
    const history = new History({ maxSpans: 10, examples: { maxSpans: 4 } });
    addExample(history, trace(3));
    const example = history.exampleOf('a');
    evictAll(history, 1);
    expect(example.isGone).to.equal(false);

    addExample(history, trace(3, { traceId: 'b' }), 2);
    evictAll(history, 3);

    expect(example.isGone).to.equal(true);
    expect(history.goneOf('a')).to.deep.equal({ at: 3, reason: 'spans' });
  });

  it('are cleared with the history', () => {
    const history = new History({ maxSpans: 10 });
    addExample(history, trace(3));
    const example = history.exampleOf('a');
    evictAll(history);
    addExample(history, trace(1, { traceId: 'retained' }));

    history.clear(9);

    expect(example.isGone).to.equal(true);
    expect(history.exampleOf('retained')).to.include({ uses: 0 });
    expect(history.goneOf('a')).to.deep.equal({ at: 9, reason: 'cleared' });
    expect(history.stats().examples).to.include({ traces: 0, spans: 0, bytes: 0, givenUp: 0 });
  });

  it('stay within their bounds after any sequence, and are gone exactly when no part is left', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const step = fc.record({
      spans: fc.integer({ min: 1, max: 12 }),
      bytes: fc.integer({ min: 1, max: 3_000 }),
      id: fc.constantFrom(...ids),
      uses: fc.nat(3),
      clears: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const history = new History({ maxSpans: 12, maxBytes: 20_000, examples: { maxSpans: 15, maxBytes: 15_000 } });
        for (const [now, { spans, bytes, id, uses, clears }] of steps.entries()) {
          const example = history.exampleOf(id);
          example.uses = uses;
          history.add(trace(spans, { traceId: id, bytes }), now);
          if (clears === 0) history.clear(now);

          const { spans: kept, bytes: keptBytes, traces } = history.stats().examples;
          expect(kept).to.be.at.most(15);
          expect(keptBytes).to.be.at.most(15_000);
          const beyond = ids.map((each) =>
            history.allPartsOf(each).slice(0, -history.partsOf(each).length || undefined),
          );
          const parts = beyond.flat();
          expect(parts.reduce((sum, part) => sum + part.spans.length, 0)).to.equal(kept);
          expect(beyond.filter(({ length }) => length > 0)).to.have.lengthOf(traces);
          for (const each of ids) {
            const isGone = history.allPartsOf(each).length === 0;
            expect(history.exampleOf(each).isGone).to.equal(isGone);
            if (!isGone) expect(history.goneOf(each)).to.equal(undefined);
          }
        }
      }),
      { numRuns: runs(200) },
    );
  });
});
